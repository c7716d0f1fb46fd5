"""What a service does with an answer: refuses it, or takes a batch for done that is not."""

from dataclasses import replace
from typing import Any

import pytest

from harness.model import AwsCall, Canary, Case, FunctionError, Observation, Status
from harness.oracles.batches import PoisonOracle
from harness.oracles.contract import ContractOracle
from tests.unit.oracles.makers import CANARY, case, outcome

T = CANARY.token
OTHER = Canary.make(2, 2).token
SENT = AwsCall(service="sqs", operation="SendMessage", parameters={}, status=200, mutating=True)


def rules(oracle: Any, told: Case) -> list[str]:
    return [verdict.rule for verdict in oracle.judge(told)]


@pytest.mark.parametrize(
    ("kind", "response", "found"),
    [
        ("http-v1", {"statusCode": "abc", "body": ""}, True),
        ("http-v1", {"statusCode": 200, "body": {"a": 1}}, True),
        ("http-v1", {"statusCode": 200, "headers": {"a": [1]}}, True),
        ("http-v1", {"statusCode": 200, "headers": None, "body": "x"}, False),
        ("http-v2", {"any": "thing"}, False),
        ("http-v2", {"statusCode": 999}, True),
        ("partial-batch", {"batchItemFailures": [{"itemIdentifier": ""}]}, True),
        ("partial-batch", {"batchItemFailures": []}, False),
        ("ignored", {"statusCode": "abc"}, False),
    ],
)
def test_an_answer_that_the_service_does_not_take(kind: str, response: Any, found: bool) -> None:
    fits = {"statusCode": 200, "body": "x"}
    told = case(
        "contract-violation",
        "t",
        outcome(response=response),
        control=outcome(response=fits),
        kind=kind,
    )
    assert bool(rules(ContractOracle(), told)) is found


def test_of_several_trials_the_one_whose_canary_is_in_the_fault_broke_the_contract() -> None:
    fits = outcome(response={"statusCode": 200, "body": "x"})
    for status, found in ((T, True), (OTHER, False), ("999", False)):
        seen = outcome(response={"statusCode": status})
        told = case("contract-violation", T, seen, control=fits, kind="http-v1", alone=False)
        assert bool(rules(ContractOracle(), told)) is found


def test_a_bad_record_fails_the_good_ones() -> None:
    error = FunctionError(type="ValueError", message="no number")
    failed = outcome(status=Status.ERROR, error=error)
    for records, found in (([1, 2], True), ([1], False)):
        told = case("poison-record", "t", failed, event={"Records": records})
        assert bool(rules(PoisonOracle(), told)) is found
    told = case("poison-record", "t", failed, control=failed, event={"Records": [1, 2]})
    assert rules(PoisonOracle(), told) == []


@pytest.mark.parametrize(
    ("made", "failures", "found"),
    [
        (0, [], True),  # it stopped at the bad one and says that all is done
        (2, [], False),  # the good ones were worked on
        (0, [{"itemIdentifier": "1"}], False),  # what is told comes again
    ],
)
def test_good_records_that_nobody_worked_on_are_lost(
    made: int, failures: list[dict[str, str]], found: bool
) -> None:
    seen = outcome(response={"batchItemFailures": failures})
    calls = [SENT] * made
    told = case("poison-record", "t", seen, calls=calls, event={"Records": [1, 2, 3]})
    control = Observation(outcome=outcome(), calls=(SENT,) * 3)
    assert bool(rules(PoisonOracle(), replace(told, control=control))) is found
