"""Batches (CWE-755): one bad record loses or blocks the others of its batch.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from harness.model import Address, Case, Confidence, Observation, Status, Verdict, Witness


class PoisonOracle:
    """One bad record fails a batch of several which its control got through, or ends it unseen.

    Failed, the whole batch is delivered again, what was done for the good records included. Ended
    unseen, the service takes the good records for done: less was written than is due for them, and
    the answer names no record that failed.
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
        if outcome.status is Status.ERROR:
            told = outcome.error.type if outcome.error is not None else "an error"
            seen, where = f"{told} fails all {size} records for one", "error"
        elif outcome.status is Status.OK and not _failures(outcome.response):
            where = _lost(case, size)
            seen = f"answered as done, though the other {size - 1} records were not worked on"
        else:
            return
        if where:
            yield Verdict(
                rule="poison-record",
                trial=case.trial,
                witness=Witness(kind="batch", seen=seen, where=where),
                confidence=Confidence.CONFIRMED,
            )


def _failures(response: Any) -> bool:
    """Whether the answer tells the service of records that are to come again."""
    return isinstance(response, dict) and bool(response.get("batchItemFailures"))


def _lost(case: Case, size: int) -> str:
    """The operation of which fewer calls were made than are due for the good records."""
    made, usual = _written(case.observation), _written(case.control)
    for (service, operation), count in usual.items():
        if made[service, operation] < count * (size - 1) / size:
            return f"aws:{service}.{operation}"
    return ""


def _written(observation: Observation) -> Counter[tuple[str, str]]:
    return Counter((c.service, c.operation) for c in observation.calls if c.mutating)


def _size(event: Any, address: Address) -> int:
    for kind, name in address.steps:
        if kind != "key" or not isinstance(event, dict) or name not in event:
            return 0
        event = event[name]
    return len(event) if isinstance(event, list) else 0
