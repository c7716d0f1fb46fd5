"""The payload catalogue: it proves and never destroys, and it can tell a witness from its echo."""

import re
from pathlib import Path

import pytest

from harness.catalogue.paths import data_folder, rules_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.rules import load_rules
from harness.errors import UsageError
from harness.events.arm import encoded
from harness.model import Canary, Payload, fill
from harness.posture import RULES as POSTURE

PAYLOADS = load_payloads(data_folder("payloads"))
RULES = load_rules(rules_folder())
CANARY = Canary.make(3, 3)
FACTS = {
    "canary": CANARY.token,
    "a": str(CANARY.a),
    "b": str(CANARY.b),
    "oob": "http://127.0.0.1:4000/" + CANARY.token,
    "oob_host": "127.0.0.1:4000",
    "oob_port": "4000",
    "oob_path": "/" + CANARY.token,
    "oob_name": f"{CANARY.token}.oob.faasfuzz.invalid",
    "decoy": f"/var/tmp/fz/{CANARY.token}",
    "decoy_relative": f"../../var/tmp/fz/{CANARY.token}",
    "decoy_doubled": f"....//....//var/tmp/fz/{CANARY.token}",
    "delay": "2",
    "base": "sample",
    "scheme": "",
}
DESTRUCTIVE = re.compile(
    r"""\b(rm|rmdir|mkfs\w*|dd|shutdown|reboot|halt|poweroff|kill|killall|pkill|chmod|chown|mv|
        truncate|unlink|rmtree|remove|drop|delete|update|insert|alter|grant|revoke|exec|
        xp_cmdshell|fork|tee)\b|:\(\)\s*\{|>\s*/|>>""",
    re.IGNORECASE | re.VERBOSE,
)


def texts(value: object) -> str:
    return repr(value) if not isinstance(value, str) else value


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda p: p.id)
def test_no_payload_destroys(payload: Payload) -> None:
    assert DESTRUCTIVE.search(texts(payload.template)) is None


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda p: p.id)
def test_the_expected_text_is_never_sent_and_the_control_is_harmless(payload: Payload) -> None:
    sent = texts(encoded(payload, payload.render(FACTS)))
    plain = texts(payload.render_control(FACTS))
    control = texts(encoded(payload, payload.render_control(FACTS)))
    assert sent != control
    expected = payload.witness.computed
    if expected is not None:
        expected = fill(expected, {**FACTS, "product": str(CANARY.product)})
        # A format halves a doubled sign: that is computed too, and nobody's but the trial's.
        assert str(CANARY.product) in expected or CANARY.token in expected
        assert expected not in sent
        assert expected not in control
        if expected == str(CANARY.product):
            # A function that multiplies the numbers of a text does so with the control's too.
            assert FACTS["a"] in plain
            assert FACTS["b"] in plain
    assert FACTS["oob_host"] not in control
    assert FACTS["decoy"] not in control


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda p: p.id)
def test_every_placeholder_is_known(payload: Payload) -> None:
    names = set(re.findall(r"\{([a-z_]+)\}", texts(payload.template) + texts(payload.control)))
    assert names <= set(FACTS) | set(payload.repeat)


def test_every_rule_has_payloads_and_every_payload_a_rule() -> None:
    assert {payload.rule for payload in PAYLOADS} == set(RULES) - set(POSTURE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rule: ssti\npayloads: [{id: ssti.x, context: c, template: a, control: a}]", "harmless"),
        ("rule: ssti\npayloads: [{id: x.y, context: c, template: a, control: b}]", "begin with"),
        ("rule: ssti\npayloads: [{id: ssti.x, template: a, control: b}]", "context"),
        ("rule: ssti\npayloads: [{id: ssti.x, context: c, tmplate: a, control: b}]", "tem"),
        ("rule: [\n", "not valid YAML"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_payloads(tmp_path)
    message = str(caught.value)
    assert told in message
    assert re.search(r"own\.yaml(:\d+)?:", message)
    assert "\n" not in message
