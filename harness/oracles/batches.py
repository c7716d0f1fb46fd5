"""Batches (CWE-755): one bad record loses or blocks the others of its batch."""

from collections.abc import Iterator
from typing import Any

from harness.model import Address, Case, Confidence, Status, Verdict, Witness


class PoisonOracle:
    """One bad record fails a batch of several which its control got through.

    The service then delivers the whole batch again, what was done for the good records included.
    Needs an event of two records or more, and a trial that was alone in it.
    """

    rules = ("poison-record",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "poison-record" or not case.alone:
            return
        batch = case.invocation.template.batch
        size = _size(case.invocation.event, batch.records) if batch is not None else 0
        outcome = case.observation.outcome
        if size < 2 or case.control.outcome.status is not Status.OK:
            return
        if outcome.status is not Status.ERROR:
            return
        told = outcome.error.type if outcome.error is not None else "an error"
        yield Verdict(
            rule="poison-record",
            trial=case.trial,
            witness=Witness(
                kind="batch", seen=f"{told} fails all {size} records for one", where="error"
            ),
            confidence=Confidence.CONFIRMED,
        )


def _size(event: Any, address: Address) -> int:
    for kind, name in address.steps:
        if kind != "key" or not isinstance(event, dict) or name not in event:
            return 0
        event = event[name]
    return len(event) if isinstance(event, list) else 0
