"""Deployed functions, called over the wire in a scope and under caps."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cli.loading import load_application, load_catalogue
from harness.errors import TargetError, UsageError
from harness.model import Application, Function, Outcome, Status
from harness.targets.aws import PROVIDER
from harness.targets.base import Setup
from tests.integration.aws.account import ACCOUNT, KEYS, TOKEN, Account
from tests.integration.aws.conftest import SECRET

SOURCE = Path("aws://eu-west-1")
CATALOGUE = load_catalogue()
Call = Callable[..., Outcome]


def setup_of(scope: dict[str, Any], out: Path) -> Setup:
    """The setup of the shop's functions, not discovered but told."""
    functions = tuple(
        Function(name=name, runtime="python3.11", handler="app.handler", code=None)
        for name in ("shop-talk", "shop-total", "bank-vault")
    )
    application = Application(name="shop", source=SOURCE, functions=functions)
    return PROVIDER.check(Setup(application=application, options=scope, out=out))


def calling(setup: Setup, name: str) -> Iterator[Call]:
    function = next(f for f in setup.application.functions if f.name == name)
    with PROVIDER.open(setup) as targets, targets.of(function, environment={}) as target:
        yield lambda event: target.invoke(json.dumps(event).encode())


def audited(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "audit.jsonl").read_text().splitlines()]


@pytest.fixture
def talk(scope: dict[str, Any], tmp_path: Path) -> Iterator[Call]:
    yield from calling(setup_of(scope, tmp_path), "shop-talk")


def test_an_answer_comes_with_its_log_and_the_facts_of_its_report(talk: Call) -> None:
    outcome = talk({"do": "print", "lines": 1})
    assert (outcome.status, outcome.response) == (Status.OK, "printed")
    assert outcome.logs.startswith("line 0 xxx")
    assert "REPORT" not in outcome.logs
    assert outcome.duration > 0
    assert outcome.memory > 0
    assert len(outcome.request_id) == 36


@pytest.mark.parametrize(
    ("event", "status", "kind"),
    [
        ({"do": "raise", "what": "id"}, Status.ERROR, "KeyError"),
        ({"do": "exit"}, Status.CRASH, "Runtime.ExitError"),
        ({"do": "sleep"}, Status.TIMEOUT, "Sandbox.Timedout"),
        ("x" * 6_300_000, Status.TOO_LARGE, "RequestTooLargeException"),
    ],
)
def test_what_a_function_does_is_data(talk: Call, event: Any, status: Status, kind: str) -> None:
    outcome = talk(event)
    assert outcome.status is status
    assert outcome.error is not None
    assert outcome.error.type == kind


def test_a_log_that_does_not_fit_is_fetched_late_and_in_pages(talk: Call, shop: Account) -> None:
    shop.late = 3
    outcome = talk({"do": "print", "lines": 300})
    assert outcome.logs_dropped == 0
    assert [line.split()[1] for line in outcome.logs.splitlines()] == [str(n) for n in range(300)]


def test_who_throttles_is_asked_again_later(talk: Call, shop: Account) -> None:
    shop.throttled = 2
    assert talk({"a": 1}).response == {"a": 1}


def test_secrets_of_the_function_and_of_the_harness_are_not_in_an_outcome(talk: Call) -> None:
    outcome = talk({"do": "env"})
    told = repr(outcome)
    for secret in (SECRET, "ASIAABCDEFGHIJKLMNOP"):
        assert secret not in told
    assert outcome.response["DB_PASSWORD"].startswith("withheld-")
    assert outcome.response["TABLE"] == "orders"
    answered = talk({"mine": KEYS["aws_secret_access_key"], "token": TOKEN})
    assert KEYS["aws_secret_access_key"] not in repr(answered)
    assert TOKEN not in repr(answered)


def test_every_call_is_audited_before_it_is_sent_without_secrets(
    scope: dict[str, Any], tmp_path: Path, shop: Account
) -> None:
    shop.requests.clear()
    for call in calling(setup_of(scope, tmp_path), "shop-talk"):
        outcome = call({"do": "env"})
    lines = audited(tmp_path)
    assert lines[0]["operation"] == "sts:GetCallerIdentity"
    sent = [line for line in lines if "request" not in line and "error" not in line]
    received = [r for r in shop.requests if not r.startswith("Logs_20140328.")]
    assert len(sent) == len(received)
    mine = [line for line in lines if line["operation"] == "lambda:Invoke"]
    assert [(line["resource"], line["call"]) for line in mine] == [("shop-talk", 1)] * 2
    assert mine[1]["request"] == outcome.request_id
    assert mine[1]["trace"] == outcome.trace_id
    assert outcome.trace_id.startswith("Root=1-")
    text = (tmp_path / "audit.jsonl").read_text()
    assert not any(s in text for s in (SECRET, TOKEN, *KEYS.values()))


def test_a_profile_and_a_role_are_taken_as_boto3_does(
    scope: dict[str, Any], tmp_path: Path, shop: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    lines = [f"{name} = {value}" for name, value in KEYS.items()]
    (tmp_path / "credentials").write_text("[audit]\n" + "\n".join(lines) + "\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with pytest.raises(UsageError, match="there are no AWS credentials; set AWS_PROFILE"):
        setup_of(scope, tmp_path)
    role = f"arn:aws:iam::{ACCOUNT}:role/tester"
    mine = {**scope, "profile": "audit", "role_arn": role, "external_id": "planted-external"}
    for call in calling(setup_of(mine, tmp_path), "shop-talk"):
        assert call({"a": 1}).response == {"a": 1}
    lines = [f"{line['operation']} {line['resource']}" for line in audited(tmp_path)]
    assert f"sts:AssumeRole {role}" in lines
    assert "planted" not in (tmp_path / "audit.jsonl").read_text()


def test_caps_hold_for_all_workers_together(scope: dict[str, Any], tmp_path: Path) -> None:
    setup = setup_of({**scope, "max_calls": 2}, tmp_path)
    for call in calling(setup, "shop-talk"):
        call({})
    for call in calling(setup, "shop-total"):
        call({"expression": "1"})
        with pytest.raises(TargetError, match="the cap of 2 calls is reached; raise max_calls"):
            call({"expression": "1"})


def test_a_call_that_may_cost_too_much_is_not_sent(scope: dict[str, Any], tmp_path: Path) -> None:
    for call in calling(setup_of({**scope, "max_cost": 0.000001}, tmp_path), "shop-talk"):
        with pytest.raises(TargetError, match="raise max_cost"):
            call({})
    assert not [line for line in audited(tmp_path) if line["operation"] == "lambda:Invoke"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"account": "999999999999"}, "are of account 123456789012, and the scope is account 9999"),
        ({"i_may_test_this": False}, "does not say that account 123456789012 may be tested"),
        ({"functions": ["other-*"]}, "no function is in the scope other-*; there are shop-talk"),
        ({"functions": []}, "functions: Tuple should have at least 1 item"),
        ({"account": "12"}, "account: String should match pattern"),
        ({"region": "us-east-1"}, "[aws] has region = 'us-east-1'; name one of the two"),
        ({"max_calls": 0}, "max_calls: Input should be greater than 0"),
        ({"max_call": 5}, "max_call: Extra inputs are not permitted; known are account"),
        ({"listener": "http://a.example.com"}, "listener_log and listener_key go together"),
        ({"endpoint_url": "nonsense"}, "endpoint_url: String should match pattern"),
        ({"profile": "nobody"}, "The config profile (nobody) could not be found"),
    ],
)
def test_what_is_out_of_scope_is_refused_in_one_line(
    scope: dict[str, Any], tmp_path: Path, shop: Account, change: dict[str, Any], told: str
) -> None:
    shop.requests.clear()
    with pytest.raises(UsageError) as caught:
        setup_of({**scope, **change}, tmp_path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not any("invocations" in request for request in shop.requests)
    if "functions" not in change:
        # Nothing is asked before the scope is right but whose the credentials are.
        assert [r for r in shop.requests if r != "POST /"] == []


def test_without_a_table_nothing_is_called(shop: Account, tmp_path: Path) -> None:
    shop.requests.clear()
    with pytest.raises(UsageError, match=r"nothing deployed is called without a scope; write a ta"):
        load_application(SOURCE, CATALOGUE, {}, tables={}, out=tmp_path)
    assert shop.requests == []


def test_a_stack_gives_the_functions_of_a_template_their_names(
    scope: dict[str, Any], tmp_path: Path, shop: Account
) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n"
        "  Talk: {Type: AWS::Lambda::Function, Properties: {Handler: a.h, Runtime: python3.11,"
        " Code: {ZipFile: ''}}}\n"
        "  Vault: {Type: AWS::Lambda::Function, Properties: {Handler: a.h, Runtime: python3.11,"
        " Code: {ZipFile: ''}}}\n"
    )
    body = {
        "Resources": {
            "Talk": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "shop-stacked",
                    "Handler": "a.h",
                    "Runtime": "python3.11",
                    "Role": shop.role,
                    "Code": {"ZipFile": "pass"},
                },
            }
        }
    }
    shop.client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(body))
    application = load_application(template, CATALOGUE, {})
    options = {**scope, "region": "eu-west-1", "stack": "shop"}
    setup = PROVIDER.check(Setup(application=application, options=options, out=tmp_path))
    assert [f.name for f in setup.application.functions] == ["Talk"]
    assert setup.application.account == ACCOUNT
    assert "Vault is not in the scope: it is not tested" in setup.application.notes
    shop.client("cloudformation").delete_stack(StackName="shop")
