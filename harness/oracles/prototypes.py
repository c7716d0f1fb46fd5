"""Prototype pollution (CWE-1321): a shared prototype has the payload's member after the call."""

from collections.abc import Iterator

from harness.model import Case, Verdict
from harness.oracles.base import sink_verdict


class PrototypeOracle:
    """The sensor in a Node.js runtime compares the shared prototypes before and after each call.

    The member is named by the trial's token, so a library's own extension of a prototype, or
    another trial's, is not taken for it.
    """

    rules = ("prototype-pollution",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        token = case.trial.canary.token
        for call in case.observation.outcome.sinks:
            if call.category == "prototype" and token in call.arguments.values():
                told = " ".join(str(value) for value in call.arguments.values())
                yield sink_verdict("prototype-pollution", case.trial, call, told)
                return
