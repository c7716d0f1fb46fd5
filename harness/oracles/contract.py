"""Contracts (CWE-20): an answer that the trigger's service does not accept."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from harness.model import Case, Confidence, Status, Verdict, Witness


class ContractOracle:
    """The control's answer fits the template's response schema, the trial's does not.

    A partial batch response that names no message fails the whole batch, an odd status of a proxy
    integration is a 502: the schemas say what each service takes.
    """

    rules = ("contract-violation",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "contract-violation":
            return
        outcome, control = case.observation.outcome, case.control.outcome
        if outcome.status is not Status.OK or control.status is not Status.OK:
            return
        schema = case.invocation.template.response.schema
        # A fault that names the canary is its trial's; any other may be each one's of a pack.
        mark = "" if case.alone else case.trial.canary.token
        fault = fault_of(schema, outcome.response, mark)
        if not fault or fault_of(schema, control.response):
            return
        yield Verdict(
            rule="contract-violation",
            trial=case.trial,
            witness=Witness(kind="contract", seen=fault[:400], where="response"),
            confidence=Confidence.CONFIRMED,
        )


def fault_of(schema: Mapping[str, Any], response: Any, mark: str = "") -> str:
    """What the service would not accept of an answer; empty when it takes it.

    Only a fault that holds `mark` counts, when there is one.
    """
    if not schema:
        return ""
    errors = _validator(json.dumps(schema)).iter_errors(response)
    told = (f"{error.json_path}: {error.message}" for error in errors)
    return next((fault for fault in told if mark in fault), "")


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))
