"""Flow bypass (CWE-841, SAS-9): work is done with a value that the function in front refuses."""

from collections.abc import Iterator
from typing import Any

from harness.model import AwsCall, Case, Confidence, Status, Verdict, Witness
from harness.oracles.base import call_text


class FlowOracle:
    """A call that changes something carries the value, as the benign event's call carried its own.

    The campaign shows it only events that the function in front did not send: it refused the value
    and was left out (harness/campaign/flows.py). A twin that checks again, or that verifies who
    wrote the message, makes no such call.
    """

    rules = ("flow-bypass",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "flow-bypass" or case.observation.outcome.status is not Status.OK:
            return
        usual = {(c.service, c.operation) for c in case.control.calls if _changes(c)}
        for call in case.observation.calls:
            made = (call.service, call.operation) in usual and _changes(call)
            if made and _carries(call.parameters, trial.value):
                yield Verdict(
                    rule="flow-bypass",
                    trial=trial,
                    witness=Witness(
                        kind="flow",
                        seen=f"{case.invocation.function.name} obeys what the function in front "
                        f"refuses: {call_text(call)}"[:400],
                        where=f"aws:{call.service}.{call.operation}",
                    ),
                    confidence=Confidence.CONFIRMED,
                )
                return


def _changes(call: AwsCall) -> bool:
    return call.mutating and call.error is None


def _carries(value: Any, sought: Any) -> bool:
    if isinstance(value, dict):
        return any(_carries(item, sought) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(_carries(item, sought) for item in value)
    return str(sought) in str(value)
