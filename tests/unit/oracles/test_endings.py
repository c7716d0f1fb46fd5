"""Errors, exceptions, timeouts, crashes and secrets, each beside what must stay silent."""

import base64

import pytest

from harness.model import Callback, Canary, Confidence, ExpectedWitness, FunctionError, Status
from harness.oracles.base import OracleContext
from harness.oracles.callback import CallbackOracle
from harness.oracles.computed import ComputedOracle
from harness.oracles.endings import CrashOracle, TimeoutOracle
from harness.oracles.errors import VerboseErrorOracle
from harness.oracles.exceptions import ExceptionOracle
from harness.oracles.secrets import SecretOracle
from tests.unit.oracles.makers import CANARY, case, outcome

CONTEXT = OracleContext(
    task_root="/code", secrets={"AKIAEXAMPLEDECOY": "environment:AWS_ACCESS_KEY_ID"}
)
PRODUCT = ExpectedWitness(computed="{product}")


def test_a_product_that_was_never_sent_is_a_witness() -> None:
    for seen in (outcome(raw=f'"{CANARY.product}"'), outcome(logs=f"total {CANARY.product}")):
        told = case("code-injection", "p", seen, witness=PRODUCT)
        assert len(list(ComputedOracle().judge(told))) == 1


def test_the_reflected_payload_or_a_longer_number_is_no_witness() -> None:
    text = f"{CANARY.a}*{CANARY.b}"
    for raw in (text, f"1{CANARY.product}", f"{CANARY.product}0", f"0.{CANARY.product}"):
        told = case("code-injection", text, outcome(raw=raw), witness=PRODUCT)
        assert not list(ComputedOracle().judge(told)), raw


def test_a_product_that_the_control_shows_too_is_no_witness() -> None:
    both = outcome(raw=str(CANARY.product))
    told = case("code-injection", "p", both, control=both, witness=PRODUCT)
    assert not list(ComputedOracle().judge(told))


def test_a_function_that_multiplies_any_two_numbers_is_no_witness() -> None:
    mark = Canary.make(5, 5)
    told = case(
        "ssti",
        "p",
        outcome(raw=str(CANARY.product)),
        control=outcome(raw=str(mark.product)),
        witness=PRODUCT,
        control_canary=mark,
    )
    assert not list(ComputedOracle().judge(told))


def test_each_place_of_a_number_is_looked_at() -> None:
    told = case("ssti", "p", outcome(raw=f"1{CANARY.product} {CANARY.product}"), witness=PRODUCT)
    assert len(list(ComputedOracle().judge(told))) == 1


def test_a_callback_counts_for_its_own_trial_only() -> None:
    for token, found in ((CANARY.token, True), ("fzaaaaaaaaaaaaaa", False)):
        callback = Callback(token=token, protocol="http", method="GET", path=f"/{token}")
        told = case(
            "ssrf",
            "u",
            outcome(),
            witness=ExpectedWitness(callback=True),
            callbacks=[callback],
        )
        assert bool(list(CallbackOracle().judge(told))) is found


@pytest.mark.parametrize(
    ("rule", "protocols", "confidence"),
    [
        ("ssrf", ["dns"], Confidence.TENTATIVE),
        ("os-command-injection", ["dns"], Confidence.LIKELY),
        ("ssrf", ["dns", "http"], Confidence.CONFIRMED),
    ],
)
def test_a_name_that_is_only_resolved_says_less(
    rule: str, protocols: list[str], confidence: Confidence
) -> None:
    told = case(
        rule,
        "u",
        outcome(),
        witness=ExpectedWitness(callback=True),
        callbacks=[
            Callback(token=CANARY.token, protocol=protocol, method="A", path="x")
            for protocol in protocols
        ],
    )
    assert [v.confidence for v in CallbackOracle().judge(told)] == [confidence]


TRACE = 'Traceback (most recent call last):\n  File "/code/app.py", line 3, in handler'


def test_a_stack_trace_in_an_answer_is_a_verbose_error() -> None:
    oracle = VerboseErrorOracle(CONTEXT)
    assert list(oracle.judge(case("verbose-error", "p", outcome(raw=TRACE))))
    assert not list(oracle.judge(case("verbose-error", "p", outcome(raw="bad request"))))
    assert not list(oracle.judge(case("verbose-error", "p", outcome(raw=TRACE), visible=False)))
    assert not list(oracle.judge(case("verbose-error", TRACE, outcome(raw=TRACE))))


def failed(code: str, kind: str = "ValueError") -> FunctionError:
    frame = f'  File "/code/app.py", line 3, in handler\n    {code}\n'
    return FunctionError(type=kind, message="bad", trace=(frame,))


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (failed("count = int(text)"), True),
        (failed('raise ValueError("bad")'), False),
        (FunctionError(type="Runtime.MarshalError", message="no"), False),
    ],
)
def test_an_exception_counts_unless_the_application_raised_it_on_purpose(
    error: FunctionError, found: bool
) -> None:
    seen = outcome(status=Status.ERROR, error=error)
    assert bool(list(ExceptionOracle(CONTEXT).judge(case("x", "p", seen)))) is found


def test_an_exception_under_the_control_says_nothing() -> None:
    seen = outcome(status=Status.ERROR, error=failed("int(text)"))
    assert not list(ExceptionOracle(CONTEXT).judge(case("x", "p", seen, control=seen)))


def test_an_ending_is_blamed_on_a_trial_only_when_it_was_alone() -> None:
    late = outcome(status=Status.TIMEOUT, duration=3000)
    dead = outcome(status=Status.CRASH)
    assert list(TimeoutOracle().judge(case("timeout", "9", late)))
    assert list(CrashOracle().judge(case("runtime-crash", "9", dead)))
    assert not list(TimeoutOracle().judge(case("timeout", "9", late, alone=False)))
    assert not list(CrashOracle().judge(case("runtime-crash", "9", dead, control=dead)))


def test_a_slow_function_is_not_blamed_for_its_timeouts() -> None:
    late, slow = outcome(status=Status.TIMEOUT, duration=3000), outcome(duration=2000)
    assert not list(TimeoutOracle().judge(case("timeout", "9", late, control=slow)))


def test_a_path_of_the_code_in_an_answer_is_a_verbose_error() -> None:
    seen = outcome(raw="no such file: /code/texts/a.txt")
    assert list(VerboseErrorOracle(CONTEXT).judge(case("verbose-error", "p", seen)))
    told = case("verbose-error", "p", seen, alone=False)
    assert not list(VerboseErrorOracle(CONTEXT).judge(told))


def test_an_encoded_decoy_is_exposed_and_of_several_trials_none_is_blamed() -> None:
    oracle = SecretOracle(CONTEXT)
    secret = b"AKIAEXAMPLEDECOY"
    for text in (secret.hex(), *(base64.b64encode(b"-" * n + secret).decode() for n in range(3))):
        assert list(oracle.judge(case("secret-exposure", "p", outcome(raw=text)))), text
    shown = outcome(raw="AKIAEXAMPLEDECOY")
    assert not list(oracle.judge(case("secret-exposure", "p", shown, alone=False)))
    told = case("secret-exposure", "p", shown, control=shown, alone=False)
    assert list(oracle.judge(told))


def test_a_decoy_that_goes_to_the_payload_s_own_address_is_its_trial_s() -> None:
    def told(token: str) -> Callback:
        headers = {"authorization": "Bearer AKIAEXAMPLEDECOY"}
        return Callback(token=token, protocol="http", method="GET", path="/", headers=headers)

    oracle = SecretOracle(CONTEXT)
    for token, found in ((CANARY.token, True), ("fz" + "a" * 14, False)):
        case_of = case("secret-exposure", "p", outcome(), callbacks=[told(token)], alone=False)
        assert bool(list(oracle.judge(case_of))) is found


def test_a_decoy_in_an_answer_or_log_is_a_secret_exposed_and_is_masked() -> None:
    oracle = SecretOracle(CONTEXT)
    for seen in (outcome(raw='"AKIAEXAMPLEDECOY"'), outcome(logs="key AKIAEXAMPLEDECOY")):
        verdicts = list(oracle.judge(case("secret-exposure", "p", seen)))
        assert len(verdicts) == 1
        assert "AKIAEXAMPLEDECOY" not in verdicts[0].witness.seen
    assert not list(oracle.judge(case("secret-exposure", "p", outcome(raw='"AKIA****"'))))
