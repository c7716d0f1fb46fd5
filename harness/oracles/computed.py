"""Computed output: a text which the payload made something compute, and which was never sent.

The technique is commix's and tplmap's arithmetic echo; the factors are a trial's own, and the
product is looked for wherever the function's doings show.
"""

import re
from collections.abc import Iterator

from harness.model import Case, Confidence, Observation, Verdict, Witness, fill
from harness.oracles.base import excerpt, places
from harness.oracles.prompts import MODELS

_TO_MODELS = tuple(f"aws:{service}." for service in sorted(MODELS))


class ComputedOracle:
    """The payload's expected text shows in the response, an error, a log or a side effect."""

    rules = (
        "os-command-injection",
        "code-injection",
        "sql-injection",
        "ssti",
        "unsafe-deserialization",
        "format-string",
        "prompt-injection",
    )

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        template = trial.payload.witness.computed
        if template is None:
            return
        expected = fill(template, {**trial.facts, "product": str(trial.canary.product)})
        # What a model said stands in the next question to it as well.
        quiet = _TO_MODELS if trial.payload.rule == "prompt-injection" else ()
        found = _shown(case.observation, expected, quiet)
        if found is None or _shown(case.control, expected) is not None:
            return
        if _computes_anyway(case, template):
            return
        place, seen = found
        yield Verdict(
            rule=trial.payload.rule,
            trial=trial,
            witness=Witness(kind="computed", seen=seen, where=place),
            confidence=Confidence.CONFIRMED,
        )


def _computes_anyway(case: Case, template: str) -> bool:
    """Whether the function did the same with the control's own numbers, which are no code.

    One that multiplies the numbers of a text (`30x40`) shows a product whatever stands around.
    """
    mark = case.control_canary
    if mark is None:
        return False
    facts = {"canary": mark.token, "a": str(mark.a), "b": str(mark.b)}
    expected = fill(template, {**case.trial.facts, **facts, "product": str(mark.product)})
    return _shown(case.control, expected) is not None


def _shown(
    observation: Observation, expected: str, quiet: tuple[str, ...] = ()
) -> tuple[str, str] | None:
    """The first place where a text shows, and an excerpt; not those that begin with `quiet`.

    A bare number inside of a longer one (a timestamp, an id) is another number.
    """
    number = re.compile(rf"(?<![0-9.]){expected}(?![0-9])") if expected.isdigit() else None
    for place, text in places(observation):
        if place.startswith(quiet):
            continue
        at = text.find(expected)
        if at >= 0 and number is not None:
            match = number.search(text, max(0, at - 1))
            at = match.start() if match is not None else -1
        if at >= 0:
            return place, excerpt(text, at, len(expected))
    return None
