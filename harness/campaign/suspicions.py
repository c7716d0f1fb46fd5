"""Suspicions: what the oracles claim is confirmed once, told once, and not looked for again."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.campaign.confirm import Confirmed, Confirmer
from harness.campaign.jobs import Earlier
from harness.events.seed import Seed
from harness.model import Confidence, Verdict, fingerprint

# A point where replays failed this often gets no further trials of that rule in this campaign.
_FAILED_REPLAYS = 3
# A loop that is none is none whatever field the mark came in: its guard looks at what was written.
_FAILED_LOOPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A confirmed verdict and how much it cost to get there."""

    id: str
    seed: Seed
    confirmed: Confirmed
    trials: int
    invocations: int


class Suspicions:
    """Follows verdicts of one function. `failed` counts those that did not come again.

    With `once`, a rule that was confirmed at one point needs no trials at others.
    """

    def __init__(
        self,
        confirmer: Confirmer,
        found: Callable[[Hit], None],
        known: Iterable[Earlier],
        *,
        once: bool = False,
    ) -> None:
        self._once = once
        self._confirmer = confirmer
        self._found = found
        self._known: set[str] = set()
        self._settled: set[tuple[str, str]] = set()
        self._failures: Counter[tuple[str, str]] = Counter()
        self.failed = 0
        for item in known:
            self._known.add(item.id if item.insertion_point else f"{item.rule}:everywhere")
            if item.confirmed:
                self._settled.add((item.rule, item.insertion_point))

    def enough(self, rule: str) -> bool:
        """Whether one finding of a rule was asked for, and is there."""
        return self._once and any(rule == found for found, _ in self._settled)

    def settled(self, rule: str, point: str) -> bool:
        """Whether a rule needs no more trials at a point: it was found there, or never comes."""
        key = (rule, point)
        return key in self._settled or self._failures[key] >= _FAILED_REPLAYS or self.enough(rule)

    def found_at(self, rule: str, point: str) -> bool:
        """Whether a finding of the rule was confirmed at the point."""
        return (rule, point) in self._settled

    def follow(self, seed: Seed, verdict: Verdict, *, trials: int, invocations: int) -> None:
        """Confirm a verdict that is not known yet; the counts are of what led to it."""
        place = (verdict.rule, str(verdict.trial.point) + _behind(verdict))
        if self._is_known(seed, verdict) or self._failures[place] >= _FAILED_REPLAYS:
            return
        looping = verdict.witness.kind == "loop"
        loop = (verdict.rule, verdict.witness.where)
        if looping and self._failures[loop] >= _FAILED_LOOPS:
            return
        if not verdict.path and self.enough(verdict.rule):
            return
        confirmed = self._confirmer.confirm(seed, verdict, again=verdict.trial)
        if confirmed is None:
            self._failures.update([place, loop] if looping else [place])
            self.failed += 1
            return
        if confirmed.confidence is Confidence.CONFIRMED and not verdict.path:
            self._settled.add((confirmed.verdict.rule, str(verdict.trial.point)))
        suspected = _identity(seed, verdict, everywhere=confirmed.everywhere)
        identity = _identity(seed, confirmed.verdict, everywhere=confirmed.everywhere)
        told = identity in self._known
        self._known |= {suspected, identity}
        if confirmed.everywhere:
            self._known.add(f"{verdict.rule}:everywhere")
        if not told:
            hit = Hit(
                id=identity,
                seed=seed,
                confirmed=confirmed,
                trials=trials,
                invocations=invocations,
            )
            self._found(hit)

    def _is_known(self, seed: Seed, verdict: Verdict) -> bool:
        if f"{verdict.rule}:everywhere" in self._known:
            return True
        return _identity(seed, verdict, everywhere=False) in self._known


def _identity(seed: Seed, verdict: Verdict, *, everywhere: bool) -> str:
    """The fingerprint. A chain's is that of the function in which the payload took effect."""
    return fingerprint(
        rule=verdict.rule,
        function=verdict.path[-1].function if verdict.path else seed.function.name,
        trigger=verdict.path[-1].trigger if verdict.path else seed.template.id,
        address="" if everywhere else str(verdict.trial.point.address),
        sink=verdict.sink,
    )


def _behind(verdict: Verdict) -> str:
    """Where the witness showed, if not in the invoked function."""
    return "".join(f">{hop.function}" for hop in verdict.path[1:])
