"""Computed output: a text which the payload made something compute, and which was never sent.

The technique is commix's and tplmap's arithmetic echo; the factors are a trial's own, and the
product is looked for wherever the function's doings show.
"""

import re
from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness, fill
from harness.oracles.base import find


class ComputedOracle:
    """The payload's expected text shows in the response, an error, a log or a side effect."""

    rules = (
        "os-command-injection",
        "code-injection",
        "sql-injection",
        "ssti",
        "unsafe-deserialization",
    )

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        template = trial.payload.witness.computed
        if template is None:
            return
        expected = fill(template, {**trial.facts, "product": str(trial.canary.product)})
        found = find(case.observation, expected)
        if found is None or _part_of_a_number(expected, found[1]):
            return
        if find(case.control, expected) is not None:
            return
        place, seen = found
        yield Verdict(
            rule=trial.payload.rule,
            trial=trial,
            witness=Witness(kind="computed", seen=seen, where=place),
            confidence=Confidence.CONFIRMED,
        )


def _part_of_a_number(expected: str, seen: str) -> bool:
    """Whether a bare number was only found inside a longer one (a timestamp, an id)."""
    if not expected.isdigit():
        return False
    return re.search(rf"(?<![0-9.]){expected}(?![0-9])", seen) is None
