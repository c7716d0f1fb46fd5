"""Contracts (CWE-20): an answer that the trigger's service does not accept."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from harness.model import Case, Confidence, Status, Verdict, Witness


class ContractOracle:
    """The control's answer fits the service's contract, the trial's does not.

    What fits is the template's to say: the JSON Schema of its response.
    """

    rules = ("contract-violation",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "contract-violation" or not case.alone:
            return
        outcome, control = case.observation.outcome, case.control.outcome
        if outcome.status is not Status.OK or control.status is not Status.OK:
            return
        schema = case.invocation.template.response.schema
        fault = fault_of(schema, outcome.response)
        if not fault or fault_of(schema, control.response):
            return
        yield Verdict(
            rule="contract-violation",
            trial=case.trial,
            witness=Witness(kind="contract", seen=fault[:400], where="response"),
            confidence=Confidence.CONFIRMED,
        )


def fault_of(schema: Mapping[str, Any], response: Any) -> str:
    """What the service would not accept of an answer; empty when it takes it."""
    error = next(iter(Draft202012Validator(schema).iter_errors(response)), None)
    return "" if error is None else f"{error.json_path}: {error.message}"
