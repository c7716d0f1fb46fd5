"""Attacking one function: cells of the plan become trials, verdicts become findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.campaign.budget import Budget
from harness.campaign.confirm import Confirmed, Confirmer
from harness.campaign.jobs import Earlier
from harness.campaign.judge import Oracle, judge
from harness.campaign.novelty import Learnt
from harness.campaign.packing import Pack, Placed, Survival, next_packs
from harness.campaign.plan import EXPENSIVE, Cell
from harness.campaign.probe import Probe
from harness.campaign.reach import Benign, calibrate, shows_trial, traces, went_well
from harness.campaign.rewards import reward
from harness.campaign.schedule import Schedule
from harness.events.arm import Infeasible, arm, arm_control, make_trial
from harness.events.batch import point_in_record, widened
from harness.events.seed import Seed
from harness.model import (
    Canary,
    Confidence,
    Invocation,
    Observation,
    Status,
    Trial,
    Verdict,
    fingerprint,
)

# A point where replays failed this often gets no further trials of that rule in this campaign.
_FAILED_REPLAYS = 3
# Timeouts that one rule may cost at one point, and that one point may cost in all: a function that
# was shown to hang there would otherwise spend the whole campaign hanging.
_TIMEOUTS = 2
_TIMEOUTS_OF_A_POINT = 6
# What a canary cannot tie to one trial of a pack.
_UNTIED = frozenset({"error", "timeout", "crash", "secret", "delay"})


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
    """Counts of one function's campaign so far; `cells` are those done since last told."""

    trials: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    infeasible: int = 0
    unconfirmed: int = 0
    splits: int = 0
    rewards: float = 0.0
    cells: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.trials.total()

    @property
    def gain(self) -> float:
        """The mean reward of a trial, from 0 to 1."""
        return round(self.rewards / self.total, 4) if self.total else 0.0


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
        known: Iterable[Earlier] = (),
    ) -> None:
        self._probe = probe
        self._oracles = oracles
        self._rules = rules
        self._canaries = canaries
        self._budget = budget
        self._found = found
        self.confirmer = Confirmer(probe, oracles, canaries, rules)
        self._settled: set[tuple[str, str]] = set()
        self._failures: Counter[tuple[str, str]] = Counter()
        self._timeouts: Counter[tuple[str, str]] = Counter()
        self._survival = Survival()
        self._benign: dict[int, Benign] = {}
        self._pending: list[Pack] = []
        self.known: set[str] = set()
        for item in known:
            self.known.add(item.id if item.insertion_point else f"{item.rule}:everywhere")
            if item.confirmed:
                self._settled.add((item.rule, item.insertion_point))
        self.tally = Tally()

    def run(self, schedule: Schedule, cells: int) -> str | None:
        """Try about so many cells. Returns why it stopped early, None when it did not."""
        until = self.tally.total + self.tally.infeasible + cells
        while self._pending or len(schedule):
            reason = self._budget.spent(self._probe.invocations)
            if reason is not None:
                return reason
            if self.tally.total + self.tally.infeasible >= until and not self._pending:
                return None
            pack = self._pending.pop() if self._pending else self._next(schedule)
            if pack is not None:
                self._try(schedule, self._unsettled(pack))
        return None

    def left(self, schedule: Schedule) -> Counter[str]:
        """How many cells of each rule were not tried so far."""
        left = Counter(cell.payload.rule for cell in schedule.remaining())
        left.update(item.cell.payload.rule for pack in self._pending for item in pack.placed)
        return left

    def canary(self) -> Canary:
        """A canary that no other trial has."""
        return self._canaries()

    def facts(self, canary: Canary) -> Mapping[str, str]:
        """The placeholders of a payload that depend on where the observers listen."""
        return self._probe.facts(canary)

    def attempt(self, cell: Cell, seed: Seed) -> tuple[float, Observation | None]:
        """One trial alone, in a seed that may be filled otherwise than the cell's own.

        Returns what it gave (see rewards.py; a hit counts 2) and what was observed.
        """
        try:
            trial = self._trial(cell, seed, 0)
            invocation = arm(seed, (trial,))
            observation = self._probe.observe(invocation)
        except Infeasible:
            self.tally.infeasible += 1
            return 0.0, None
        self.tally.trials[cell.payload.rule] += 1
        cells = {trial.canary: cell}
        hits = self._judge(cells, cell.learnt, seed, invocation, [trial], observation)
        gave = reward(trial, observation, traces(observation), alone=True)
        return (2.0 if hits else gave), observation

    def hangs_at(self, point: str) -> bool:
        """Whether a point has cost enough timeouts, or is known to cause them."""
        return (
            self._timeouts["", point] >= _TIMEOUTS_OF_A_POINT or ("timeout", point) in self._settled
        )

    def _next(self, schedule: Schedule) -> Pack | None:
        schedule.refresh()
        first = schedule.first()
        if first is None:
            return None
        return next_packs(schedule, self._survival, self._calibrated(first.learnt).room, first)

    def _calibrated(self, learnt: Learnt) -> Benign:
        known = self._benign.get(id(learnt))
        if known is None:
            known = calibrate(
                learnt,
                lambda seed, learn: self._probe.observe(arm_control(seed, ()), learn=learn),
            )
            self._benign[id(learnt)] = known
        return known

    def _unsettled(self, pack: Pack) -> tuple[Placed, ...]:
        left = tuple(item for item in pack.placed if not self._is_settled(item.cell))
        for item in pack.placed:
            if item not in left:
                self.tally.skipped[item.cell.payload.rule] += 1
                self.tally.cells.append(item.cell.key)
        return left

    def _trial(self, cell: Cell, seed: Seed, record: int) -> Trial:
        canary = self._canaries()
        point = point_in_record(seed, cell.point, record)
        facts = self._probe.facts(canary)
        return make_trial(seed, point, cell.payload, canary, facts, cell.mutations)

    def _try(self, schedule: Schedule, placed: tuple[Placed, ...]) -> None:
        """One invocation with all the trials; split when some of them were not reached."""
        if not placed:
            return
        learnt = placed[0].cell.learnt
        seed = widened(learnt.seed, Pack(placed).records)
        carried: list[tuple[Cell, Trial]] = []
        kept: list[Placed] = []
        for item in placed:
            try:
                carried.append((item.cell, self._trial(item.cell, seed, item.record)))
                kept.append(item)
            except Infeasible:
                self._infeasible(item.cell)
        if not carried:
            return
        pack = Pack(tuple(kept))
        try:
            invocation = arm(seed, [trial for _, trial in carried])
            observation = self._probe.observe(invocation)
        except Infeasible:
            if len(carried) == 1:
                self._infeasible(carried[0][0])
            else:
                self._split(pack)
            return
        self._conclude(schedule, pack, carried, invocation, observation)

    def _infeasible(self, cell: Cell) -> None:
        self.tally.infeasible += 1
        self.tally.cells.append(cell.key)

    def _split(self, pack: Pack) -> None:
        self.tally.splits += 1
        self._pending.extend(reversed(pack.halves()))

    def _conclude(
        self,
        schedule: Schedule,
        pack: Pack,
        carried: list[tuple[Cell, Trial]],
        invocation: Invocation,
        observation: Observation,
    ) -> None:
        cells = {trial.canary: cell for cell, trial in carried}
        learnt = carried[0][0].learnt
        alone = len(carried) == 1
        text = traces(observation)
        shown = [trial for _, trial in carried if alone or shows_trial(text, trial)]
        if alone and observation.outcome.status is Status.TIMEOUT:
            self._timeouts[carried[0][0].payload.rule, str(carried[0][0].point)] += 1
            self._timeouts["", str(carried[0][0].point)] += 1
        well = went_well(observation, self._calibrated(learnt), pack.records)
        hit = self._judge(cells, learnt, learnt.seed, invocation, shown, observation)
        done = carried if alone or well else [(c, t) for c, t in carried if t in hit]
        for cell, trial in done:
            if alone or well:
                self._survival.saw(cell, spoilt=not well)
            gave = reward(trial, observation, text, alone=alone)
            schedule.saw(cell, gave)
            self.tally.rewards += gave
            self.tally.trials[cell.payload.rule] += 1
            self.tally.cells.append(cell.key)
        if len(done) < len(carried):
            left = {id(cell) for cell, _ in carried} - {id(cell) for cell, _ in done}
            self._split(Pack(tuple(item for item in pack.placed if id(item.cell) in left)))

    def _judge(
        self,
        cells: Mapping[Canary, Cell],
        learnt: Learnt,
        seed: Seed,
        invocation: Invocation,
        shown: Sequence[Trial],
        observation: Observation,
    ) -> list[Trial]:
        """Follow what the oracles claim, and return the trials that they claim it of.

        What no canary ties to one trial of a pack waits until that trial is alone.
        """
        alone = len(invocation.trials) == 1
        verdicts = judge(
            self._oracles,
            invocation,
            observation,
            learnt.observation,
            rules=self._rules,
            trials=shown,
        )
        hit: list[Trial] = []
        for verdict in verdicts:
            if alone or verdict.witness.kind not in _UNTIED:
                trial = verdict.trial
                hit.append(trial)
                first = replace(trial, point=cells[trial.canary].point)
                self.follow(seed, replace(verdict, trial=first), len(invocation.trials))
        return hit

    def _is_settled(self, cell: Cell) -> bool:
        rule, point = key = (cell.payload.rule, str(cell.point))
        return (
            key in self._settled
            or self._failures[key] >= _FAILED_REPLAYS
            or self._timeouts[key] >= _TIMEOUTS
            or (rule in EXPENSIVE and self.hangs_at(point))
        )

    def follow(self, seed: Seed, verdict: Verdict, carried: int = 1) -> None:
        """Confirm a verdict that is not known yet; `carried` trials were in its invocation."""
        place = (verdict.rule, str(verdict.trial.point))
        if self._known(seed, verdict) or self._failures[place] >= _FAILED_REPLAYS:
            return
        trials, invocations = self.tally.total + carried, self._probe.invocations
        confirmed = self.confirmer.confirm(seed, verdict, again=verdict.trial)
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
