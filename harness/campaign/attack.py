"""Attacking one function: cells of the plan become trials, verdicts become findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.campaign.budget import Budget
from harness.campaign.confirm import Confirmed, Confirmer
from harness.campaign.judge import Oracle, judge
from harness.campaign.novelty import Learnt
from harness.campaign.plan import EXPENSIVE, Cell
from harness.campaign.probe import Probe
from harness.events.arm import Infeasible, arm, make_trial
from harness.events.seed import Seed
from harness.model import (
    Canary,
    Confidence,
    InsertionPoint,
    Invocation,
    Payload,
    Status,
    Verdict,
    fingerprint,
)

# A point where replays failed this often gets no further trials of that rule in this campaign.
_FAILED_REPLAYS = 3
# Timeouts that one rule may cost at one point, and that one point may cost in all: a function that
# was shown to hang there would otherwise spend the whole campaign hanging.
_TIMEOUTS = 2
_TIMEOUTS_OF_A_POINT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A confirmed verdict and how much it cost to get there."""

    id: str
    seed: Seed
    confirmed: Confirmed
    trials: int
    invocations: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one function's campaign so far."""

    trials: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    infeasible: int = 0
    unconfirmed: int = 0
    cells: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.trials.total()


class Attacker:
    """Runs trials against one function and confirms what the oracles claim."""

    def __init__(
        self,
        *,
        probe: Probe,
        oracles: Sequence[Oracle],
        rules: frozenset[str],
        canaries: Callable[[], Canary],
        budget: Budget,
        found: Callable[[Hit], None],
        done: frozenset[str] = frozenset(),
        known: Iterable[str] = (),
    ) -> None:
        self._probe = probe
        self._oracles = oracles
        self._rules = rules
        self._canaries = canaries
        self._budget = budget
        self._found = found
        self._done = done
        self._confirmer = Confirmer(probe, oracles, canaries, rules)
        self._settled: set[tuple[str, str]] = set()
        self._failures: Counter[tuple[str, str]] = Counter()
        self._timeouts: Counter[tuple[str, str]] = Counter()
        self.known: set[str] = set(known)
        self.tally = Tally()

    @property
    def confirmer(self) -> Confirmer:
        return self._confirmer

    def run(self, cells: Iterable[Cell]) -> str | None:
        """Try each cell in order. Returns why it stopped early, None when it did not."""
        for cell in cells:
            reason = self._budget.spent(self._probe.invocations)
            if reason is not None:
                return reason
            if cell.key in self._done or self._is_settled(cell):
                self.tally.skipped[cell.payload.rule] += len(cell.points)
                continue
            self.attempt(cell.learnt, cell.learnt.seed, cell.points, cell.payload, cell.mutations)
            self.tally.cells.append(cell.key)
        return None

    def attempt(
        self,
        learnt: Learnt,
        seed: Seed,
        points: Sequence[InsertionPoint],
        payload: Payload,
        mutations: tuple[str, ...] = (),
    ) -> int:
        """One invocation with a trial at each of the points.

        Returns a score of how close it came (sinks reached with a canary), for targeted search.
        """
        invocation: Invocation | None = None
        for point in points:
            canary = self._canaries()
            facts: Mapping[str, str] = self._probe.facts(canary)
            carried = invocation.trials if invocation is not None else ()
            try:
                trial = make_trial(seed, point, payload, canary, facts, mutations)
                invocation = arm(seed, (*carried, trial))
            except Infeasible:
                self.tally.infeasible += 1
        if invocation is None:
            return 0
        trials = invocation.trials
        try:
            observation = self._probe.observe(invocation)
        except Infeasible:
            self.tally.infeasible += len(trials)
            return 0
        self.tally.trials[payload.rule] += len(trials)
        if observation.outcome.status is Status.TIMEOUT:
            self._timeouts.update((payload.rule, str(trial.point)) for trial in trials)
            self._timeouts.update(("", str(trial.point)) for trial in trials)
        verdicts = judge(
            self._oracles, invocation, observation, learnt.observation, rules=self._rules
        )
        for verdict in verdicts:
            self._follow(seed, verdict)
        return len(observation.outcome.sinks) + 10 * len(verdicts)

    def hangs_at(self, point: str) -> bool:
        """Whether a point has cost enough timeouts, or is known to cause them."""
        return (
            self._timeouts["", point] >= _TIMEOUTS_OF_A_POINT or ("timeout", point) in self._settled
        )

    def _is_settled(self, cell: Cell) -> bool:
        rule = cell.payload.rule
        keys = [(rule, str(point)) for point in cell.points]
        return all(
            key in self._settled
            or self._failures[key] >= _FAILED_REPLAYS
            or self._timeouts[key] >= _TIMEOUTS
            or (key[0] in EXPENSIVE and self.hangs_at(key[1]))
            for key in keys
        )

    def _follow(self, seed: Seed, verdict: Verdict) -> None:
        """Confirm a verdict that is not known yet."""
        place = (verdict.rule, str(verdict.trial.point))
        if self._known(seed, verdict) or self._failures[place] >= _FAILED_REPLAYS:
            return
        trials, invocations = self.tally.total, self._probe.invocations
        confirmed = self._confirmer.confirm(seed, verdict, again=verdict.trial)
        if confirmed is None:
            self._failures[place] += 1
            self.tally.unconfirmed += 1
            return
        identity = self._identity(seed, confirmed.verdict, everywhere=confirmed.everywhere)
        if confirmed.confidence is Confidence.CONFIRMED:
            self._settled.add((confirmed.verdict.rule, str(verdict.trial.point)))
        self.known.add(self._identity(seed, verdict, everywhere=confirmed.everywhere))
        if identity in self.known and identity != self._identity(
            seed, verdict, everywhere=confirmed.everywhere
        ):
            return
        self.known.add(identity)
        if confirmed.everywhere:
            self.known.add(f"{verdict.rule}:everywhere")
        self._found(
            Hit(
                id=identity,
                seed=seed,
                confirmed=confirmed,
                trials=trials,
                invocations=invocations,
            )
        )

    def _known(self, seed: Seed, verdict: Verdict) -> bool:
        if f"{verdict.rule}:everywhere" in self.known:
            return True
        return self._identity(seed, verdict, everywhere=False) in self.known

    @staticmethod
    def _identity(seed: Seed, verdict: Verdict, *, everywhere: bool) -> str:
        return fingerprint(
            rule=verdict.rule,
            function=seed.function.name,
            trigger=seed.template.id,
            address="" if everywhere else str(verdict.trial.point.address),
            sink=verdict.sink,
        )
