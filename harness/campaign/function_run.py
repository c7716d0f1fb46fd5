"""One job at one function: learning, attacking or exploring, then its smallest findings."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.campaign import flows
from harness.campaign.account import Account
from harness.campaign.attack import Attacker
from harness.campaign.budget import Budget
from harness.campaign.config import Isolation
from harness.campaign.explore import Explorer
from harness.campaign.jobs import Job, Phase, cell_number
from harness.campaign.judge import Oracle
from harness.campaign.learning import Learner
from harness.campaign.moments import Checkpoint, FindingConfirmed, Moment
from harness.campaign.novelty import Learnt, standing
from harness.campaign.plan import Cell, make_plan, split_points
from harness.campaign.probe import Probe
from harness.campaign.regress import again
from harness.campaign.schedule import Schedule
from harness.campaign.shrink import shrink
from harness.campaign.suspicions import Hit
from harness.campaign.triage import to_finding
from harness.campaign.workplace import Catalogue
from harness.deployed.caps import CapReached
from harness.events.arm import arm_control
from harness.events.seed import Seed, make_seed
from harness.events.shapes.guess import with_paths
from harness.events.shapes.source import constants, paths, patterns
from harness.model import (
    Canary,
    Function,
    Observation,
    Status,
    Trigger,
)

# Cells between two checkpoints: what a killed campaign does again at most.
_CHUNK = 200
# Invocations for growing an event that exploring found.
_GROWTH = 60
# Of a budget, learning one trigger may take this part: a third; but so many seconds in any case.
_PART = 3
_LEARNING = 8.0
# Invocations for learning the shape of one trigger's events, where no budget sets fewer.
_LOOKS = 1600


def named_apart(learnts: Sequence[Learnt]) -> tuple[Learnt, ...]:
    """The learnt seeds with variant names that differ: cells are stored by them."""
    seen: Counter[tuple[str, str]] = Counter()
    apart = []
    for learnt in learnts:
        seed = learnt.seed
        seen[seed.template.id, seed.variant] += 1
        number = seen[seed.template.id, seed.variant]
        if number > 1:
            learnt = replace(learnt, seed=replace(seed, variant=f"{seed.variant}#{number}"))
        apart.append(learnt)
    return tuple(apart)


@dataclass(slots=True, kw_only=True)
class FunctionRun:
    """Runs one job, telling `emit` as it goes. `learnt` keeps learnt shapes between jobs."""

    function: Function
    job: Job
    catalogue: Catalogue
    probe: Probe
    oracles: Sequence[Oracle]
    budget: Budget
    seed: int
    emit: Callable[[Moment], None]
    triggers: tuple[Trigger, ...]
    isolation: Isolation
    once: bool
    learnt: MutableMapping[str, tuple[Learnt, ...]]
    hits: list[Hit] = field(default_factory=list)
    _left: Counter[str] = field(default_factory=Counter)
    _novel: int = 0
    _planned: int = 0
    _cap: str = ""
    _started: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """The whole job; never raises for what the function does."""
        attacker = self._attacker()
        learnts = self._learn()
        startless = self._never_started(learnts)
        if startless:
            self._tell(attacker, learnts, reason=startless, hopeless=True)
            return
        try:
            reason = self._work(attacker, learnts)
        except CapReached as cap:  # what was done until then counts
            self._cap = str(cap)
            self._tell(attacker, learnts, reason=self._cap, hopeless=True)
        else:
            self._tell(attacker, learnts, reason=reason or "", complete=reason is None)

    def _work(self, attacker: Attacker, learnts: tuple[Learnt, ...]) -> str | None:
        """What the job's phase is for; why it came to no end, None when it did."""
        again(self.job.replays, attacker, learnts, self.catalogue.payloads)
        cells = tuple(self._plan(learnts))
        self._planned = len(cells)
        if self.job.phase is Phase.EXPLORE:
            reason = self._explore(attacker, cells)
        else:
            reason = self._attack(attacker, learnts, cells)
        self._shrink(attacker)
        return reason

    def _attacker(self) -> Attacker:
        numbers = itertools.count()
        # Canaries differ between jobs so that what one stored is not taken for another's.
        base = cell_number(f"{self.seed}/{self.job.key}")
        return Attacker(
            probe=self.probe,
            oracles=self.oracles,
            rules=frozenset(self.catalogue.rules),
            canaries=lambda: Canary.make(base, next(numbers)),
            budget=self.budget,
            found=self._found,
            known=self.job.known,
            once=self.once,
        )

    def _learn(self) -> tuple[Learnt, ...]:
        name = self.function.name
        if name in self.learnt:
            return self.learnt[name]
        found: list[Learnt] = []
        known = self._mined(constants)
        for trigger in self.triggers:
            seed = make_seed(self.catalogue.templates[trigger.template], trigger, self.function)
            learner = Learner(
                self._look,
                known,
                self._mined(patterns),
                limit=self._looks(),
                seconds=self._seconds(),
            )
            found += learner.learn(seed, with_paths(seed, self._mined(paths)))
            if found[0].observation.outcome.status is Status.INIT_ERROR:
                break
        sent = [item for item in found if item.observation.outcome.status is not Status.UNSENT]
        self.learnt[name] = named_apart(sent or found)
        return self.learnt[name]

    def _looks(self) -> int:
        """Invocations that learning one trigger may take: of a small budget the smaller part."""
        given = self.job.invocations
        if given is None:
            return _LOOKS
        least = min(_GROWTH, given // (2 * len(self.triggers)))
        return min(_LOOKS, max(1, least, given // _PART))

    def _seconds(self) -> float:
        """What learning one trigger may take, whose fruit all later turns have too."""
        return max(_LEARNING, self.budget.left / _PART)

    def _mined(self, mine: Callable[[Path, str], tuple[str, ...]]) -> tuple[str, ...]:
        """What the function's own source tells, empty when there is none to read."""
        code = self.function.code
        return mine(code, self.function.handler) if code is not None and code.is_dir() else ()

    def _look(self, seed: Seed) -> Observation:
        return self.probe.observe(arm_control(seed, ()), learn=True)

    def _plan(self, learnts: tuple[Learnt, ...]) -> tuple[Cell, ...]:
        language = "".join(c for c in self.function.runtime if not c.isdigit() and c != ".")
        language = language.rstrip("x") if language.startswith("nodejs") else language
        leads = any(self.probe.leads_on(learnt.observation.calls) for learnt in learnts)
        payloads = [p for p in self.catalogue.payloads if leads or p.rule != flows.RULE]
        return tuple(make_plan(learnts, payloads, language, self._mined(constants)))

    def _attack(
        self, attacker: Attacker, learnts: tuple[Learnt, ...], cells: Sequence[Cell]
    ) -> str | None:
        mine = [cell for cell in cells if self.job.holds(cell)]
        later: Counter[str] = Counter()
        if self.job.phase is Phase.QUICK:
            later.update(cell.payload.rule for cell in cells)
            later.subtract(cell.payload.rule for cell in mine)
        schedule = Schedule(mine)
        while True:
            try:
                reason = attacker.run(schedule, _CHUNK)
                if self._polluted(learnts):
                    attacker.undo(schedule)
                    continue
            finally:
                left = attacker.left(schedule)
                self._left = left + later
            if reason is not None or not left:
                return reason
            self._tell(attacker, learnts)

    def _polluted(self, learnts: Sequence[Learnt]) -> bool:
        """Whether the runtime was spoilt by what it was sent; from then on each call has its own.

        A harmless event that went well before fails now, and goes well again in a new runtime.
        """
        benign = next((learnt for learnt in learnts if learnt.healthy), None)
        if self.isolation is not Isolation.AUTO or self.probe.isolated or benign is None:
            return False
        if standing(self._beat(benign)) >= benign.standing:
            return False
        self.probe.fresh()
        if standing(self._beat(benign)) < benign.standing:
            return False  # it is as moody in a new runtime
        self.probe.isolated = True
        return True

    def _beat(self, learnt: Learnt) -> Observation:
        return self.probe.benign(arm_control(learnt.seed, ()))

    def _explore(self, attacker: Attacker, cells: Sequence[Cell]) -> str | None:
        explorer = Explorer(
            attacker=attacker,
            probe=self.probe,
            budget=self.budget,
            seed=cell_number(f"{self.seed}/{self.job.key}"),
            follow=lambda seed: self._follow(attacker, seed),
        )
        # Each look behind a function costs all the invocations of a chain.
        cheap = [c for c in cells if not c.expensive and c.payload.rule != flows.RULE]
        reason = explorer.run(cheap, self._mined(constants))
        self._novel = explorer.novel
        # A finished plan with a spent budget afterwards has left nothing untried but luck.
        return reason if reason == "interrupted" else None

    def _follow(self, attacker: Attacker, seed: Seed) -> None:
        """Attack what lies behind lines that exploring reached first."""
        learnts = self.learnt[self.function.name]
        learnt = Learner(self._look, self._mined(constants), limit=_GROWTH).complete(seed)
        if learnt.healthy and not any(learnt.reach <= known.reach for known in learnts):
            apart = named_apart([*learnts, learnt])
            self.learnt[self.function.name] = apart
            cells = [c for c in self._plan(apart) if c.learnt is apart[-1] and not c.expensive]
            attacker.run(Schedule(cells), len(cells))

    def _shrink(self, attacker: Attacker) -> None:
        for hit in self.hits:
            if self.budget.stopped():
                return
            smaller = shrink(hit, attacker.confirmer)
            if smaller is not hit:
                self._tell_finding(smaller)

    def _found(self, hit: Hit) -> None:
        self.hits.append(hit)
        self._tell_finding(hit)

    def _tell_finding(self, hit: Hit) -> None:
        rule = self.catalogue.rules[hit.confirmed.verdict.rule]
        self.emit(FindingConfirmed(finding=to_finding(hit, rule, seed=self.seed)))

    def _tell(
        self,
        attacker: Attacker,
        learnts: Sequence[Learnt],
        *,
        reason: str = "",
        complete: bool = False,
        hopeless: bool = False,
    ) -> None:
        cells = attacker.take()
        self.emit(
            Checkpoint(
                job=self.job.key,
                function=self.function.name,
                account=replace(
                    self._account(attacker, learnts, reason), complete=complete, hopeless=hopeless
                ),
                cells=tuple(cell_number(cell.key) for cell in cells),
            )
        )

    @staticmethod
    def _never_started(learnts: Sequence[Learnt]) -> str:
        outcome = learnts[0].observation.outcome
        error = outcome.error
        if outcome.status is Status.UNSENT:
            return f"its events cannot be sent this way: {error.message if error else ''}"
        if outcome.status is not Status.INIT_ERROR:
            return ""
        told = f"{error.type}: {error.message}" if error else "no reason was given"
        return f"the function never started: {told}"

    def _account(self, attacker: Attacker, learnts: Sequence[Learnt], reason: str) -> Account:
        job, tally = self.job, attacker.tally
        points = {str(point): point for learnt in learnts for point in learnt.seed.points}
        stuck = not any(learnt.healthy for learnt in learnts)
        if stuck and not reason:
            outcome = learnts[0].observation.outcome
            error = outcome.error
            told = f"{error.type}: {error.message}" if error else outcome.status
            reason = f"no benign event got past the function's parsing ({told})"
        return Account(
            phase=job.phase,
            shard=job.shard,
            shards=job.shards,
            attempt=job.attempt,
            invocations=self.probe.invocations,
            errors=self.probe.errors,
            trials=dict(tally.trials),
            skipped=dict(tally.skipped),
            left=dict(self._left),
            infeasible=tally.infeasible,
            unconfirmed=attacker.suspicions.failed,
            novel=self._novel,
            gain=tally.gain,
            seconds=round(time.monotonic() - self._started, 3),
            # Where no payload that was asked for fits, looking was all there was to do.
            tested=(tally.total > 0 or not self._planned) and (not stuck or bool(self.hits)),
            reason=reason,
            points=tuple(points),
            learnt=tuple(text for text, point in points.items() if point.learnt),
            unread=tuple(str(point) for point in split_points(learnts[0])[1]),
            notes=self._notes(learnts),
            lines={file: tuple(sorted(lines)) for file, lines in self.probe.lines.items()},
            branches={file: tuple(sorted(ways)) for file, ways in self.probe.branches.items()},
            used=tuple(sorted(self.probe.used)),
        )

    def _notes(self, learnts: Sequence[Learnt]) -> tuple[str, ...]:
        notes = [self._cap] if self._cap else []
        notes += self.probe.notes
        if self.probe.blind:
            notes.append(f"this target has no {', '.join(sorted(self.probe.blind))}")
        if self.probe.isolated and self.isolation is Isolation.AUTO:
            notes.append(
                "an event spoilt the runtime for those after it: each call got a fresh one"
            )
        refused = sum(1 for learnt in learnts if learnt.standing == 1)
        if refused == len(learnts):
            notes.append("every benign event was answered by a refusal (HTTP status 400 or more)")
        return tuple(notes)
