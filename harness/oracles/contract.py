"""Contracts (CWE-20): an answer that the trigger's service does not accept."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from harness.model import Case, Confidence, Status, Verdict, Witness


class ContractOracle:
    """The control's answer fits the service's contract, the trial's does not.

    The schemas of contracts.yaml are by the kind of a template's response. A partial batch
    response that names a message which was not in the batch fails the whole batch.
    """

    rules = ("contract-violation",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "contract-violation" or not case.alone:
            return
        outcome, control = case.observation.outcome, case.control.outcome
        if outcome.status is not Status.OK or control.status is not Status.OK:
            return
        kind = case.invocation.template.response.kind
        fault = fault_of(kind, outcome.response)
        if not fault or fault_of(kind, control.response):
            return
        yield Verdict(
            rule="contract-violation",
            trial=case.trial,
            witness=Witness(kind="contract", seen=fault[:400], where="response"),
            confidence=Confidence.CONFIRMED,
        )


def fault_of(kind: str, response: Any) -> str:
    """What the service would not accept of an answer; empty when it takes it."""
    schema = _schemas().get(kind)
    if schema is None:
        return ""
    error = next(iter(Draft202012Validator(schema).iter_errors(response)), None)
    return "" if error is None else f"{error.json_path}: {error.message}"


@lru_cache(maxsize=1)
def _schemas() -> dict[str, Any]:
    loaded = yaml.safe_load((Path(__file__).parent / "contracts.yaml").read_text("utf-8"))
    return dict(loaded)
