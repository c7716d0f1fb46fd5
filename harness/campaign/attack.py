"""Attacking one function: cells of the plan become trials, verdicts become findings."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.campaign import flows
from harness.campaign.budget import Budget
from harness.campaign.confirm import Confirmer
from harness.campaign.jobs import Earlier
from harness.campaign.judge import Oracle, judge, judge_passages
from harness.campaign.novelty import Learnt
from harness.campaign.packing import Pack, Placed, Survival, next_packs
from harness.campaign.plan import EXPENSIVE, Cell
from harness.campaign.probe import Follow, Probe
from harness.campaign.reach import Benign, calibrate, shows_trial, traces, went_well
from harness.campaign.rewards import reward
from harness.campaign.schedule import Schedule
from harness.campaign.suspicions import Hit, Suspicions
from harness.events.arm import Infeasible, arm, arm_control, make_trial
from harness.events.batch import Batches
from harness.events.seed import Seed
from harness.model import (
    Canary,
    InsertionPoint,
    Invocation,
    Observation,
    Status,
    Trial,
)
from harness.oracles.resources import strains

# Timeouts that one rule may cost at one point, and that one point may cost in all: a function that
# was shown to hang there would otherwise spend the whole campaign hanging.
_TIMEOUTS = 2
_TIMEOUTS_OF_A_POINT = 6
# What a canary cannot tie to one trial of a pack.
_UNTIED = frozenset(
    {
        "error",
        "timeout",
        "crash",
        "secret",
        "delay",
        "identity",
        "silence",
        "cpu",
        "calls",
        "batch",
    }
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one function's campaign so far; `cells` are those done since last told."""

    trials: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    infeasible: int = 0
    splits: int = 0
    rewards: float = 0.0
    cells: list[Cell] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.trials.total()

    def copy(self) -> "Tally":
        """The counts as they are now, and no cells."""
        return replace(self, trials=self.trials.copy(), skipped=self.skipped.copy(), cells=[])

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
        once: bool = False,
    ) -> None:
        self._probe = probe
        self._oracles = oracles
        self._rules = rules
        self._canaries = canaries
        self._budget = budget
        self.confirmer = Confirmer(probe, oracles, canaries, rules)
        self.suspicions = Suspicions(self.confirmer, found, known, once=once)
        self._timeouts: Counter[tuple[str, str]] = Counter()
        self._survival = Survival()
        self._benign: dict[int, Benign] = {}
        self._batches: dict[int, Batches] = {}
        self._pending: list[Pack] = []
        self.tally = Tally()
        self._before = Tally()

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

    def take(self) -> list[Cell]:
        """The cells tried since the last take(): from now on they count."""
        cells, self.tally.cells = self.tally.cells, []
        self._before = self.tally.copy()
        return cells

    def undo(self, schedule: Schedule) -> None:
        """The cells tried since the last take() told nothing: they are to be tried again."""
        cells, self.tally = self.tally.cells, self._before.copy()
        schedule.back(cells)

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
            trial = self._trial(cell, seed, cell.point)
            invocation = arm(seed, (trial,))
            observation = self._probe.observe(invocation, follow=Follow.CANARIES)
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
        return self._timeouts["", point] >= _TIMEOUTS_OF_A_POINT or self.suspicions.found_at(
            "timeout", point
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

            def observe(seed: Seed, learn: bool) -> Observation:
                look = self._probe.benign if seed is learnt.seed else self._probe.observe
                return look(arm_control(seed, ()), learn=learn)

            known = calibrate(learnt, observe)
            self._benign[id(learnt)] = known
        return known

    def _unsettled(self, pack: Pack) -> tuple[Placed, ...]:
        left = []
        for item in pack.placed:
            if self._is_settled(item.cell):
                self.tally.skipped[item.cell.payload.rule] += 1
                self.tally.cells.append(item.cell)
            else:
                left.append(item)
        return tuple(left)

    def _trial(self, cell: Cell, seed: Seed, point: InsertionPoint) -> Trial:
        canary = self._canaries()
        facts = self._probe.facts(canary)
        return make_trial(seed, point, cell.payload, canary, facts, cell.mutations)

    def _try(self, schedule: Schedule, placed: tuple[Placed, ...]) -> None:
        """One invocation with all the trials; split when some of them were not reached."""
        if not placed:
            return
        learnt = placed[0].cell.learnt
        batches = self._batches.setdefault(id(learnt), Batches(learnt.seed))
        seed = batches.widened(Pack(placed).records)
        carried: list[tuple[Cell, Trial]] = []
        kept: list[Placed] = []
        for item in placed:
            try:
                point = batches.point(item.cell.point, item.record)
                carried.append((item.cell, self._trial(item.cell, seed, point)))
                kept.append(item)
            except Infeasible:
                self._infeasible(item.cell)
        if not carried:
            return
        pack = Pack(tuple(kept))
        try:
            invocation = arm(seed, [trial for _, trial in carried])
            observation = self._probe.observe(invocation, follow=Follow.CANARIES)
        except Infeasible:
            if len(carried) == 1:
                self._infeasible(carried[0][0])
            else:
                self._split(pack)
            return
        self._conclude(schedule, pack, carried, invocation, observation)

    def _infeasible(self, cell: Cell) -> None:
        self.tally.infeasible += 1
        self.tally.cells.append(cell)

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
        if alone and strains(observation.outcome, learnt.observation.outcome):
            schedule.hurry(carried[0][0], "redos")  # before timeouts have spent the campaign
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
            self.tally.cells.append(cell)
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
        verdicts += judge_passages(self._oracles, self._probe.passages, (), rules=self._rules)
        if alone and invocation.trials[0].payload.rule == flows.RULE:
            verdicts += flows.bypasses(self._probe, self._oracles, seed, invocation)
        hit: list[Trial] = []
        for verdict in sorted(verdicts, key=lambda v: v.confidence.rank):
            if alone or verdict.witness.kind not in _UNTIED:
                trial = verdict.trial
                hit.append(trial)
                first = replace(trial, point=cells[trial.canary].point)
                self.suspicions.follow(
                    seed,
                    replace(verdict, trial=first),
                    trials=self.tally.total + len(invocation.trials),
                    invocations=self._probe.invocations,
                )
        return hit

    def _is_settled(self, cell: Cell) -> bool:
        rule, point = key = (cell.payload.rule, str(cell.point))
        return (
            self.suspicions.settled(rule, point)
            or self._timeouts[key] >= _TIMEOUTS
            or (rule in EXPENSIVE and rule != "redos" and self.hangs_at(point))
        )
