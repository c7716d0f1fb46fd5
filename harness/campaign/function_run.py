"""The campaign of one function, from its first benign event to its smallest findings."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.campaign.attack import Attacker, Hit
from harness.campaign.budget import Budget
from harness.campaign.explore import Explorer
from harness.campaign.judge import Oracle
from harness.campaign.learning import Learner
from harness.campaign.moments import CellsDone, FindingConfirmed, Moment, Progress
from harness.campaign.novelty import Learnt
from harness.campaign.plan import EXPENSIVE, Cell, make_plan, split_points
from harness.campaign.probe import Probe
from harness.campaign.schedule import Schedule
from harness.campaign.shrink import shrink
from harness.campaign.triage import to_finding
from harness.events.arm import arm_control
from harness.events.seed import Seed, make_seed
from harness.events.shapes.source import constants
from harness.model import (
    Canary,
    EventTemplate,
    Function,
    FunctionSummary,
    Observation,
    Payload,
    Rule,
    RuleTally,
    Status,
    Trigger,
)

# Attempts of the exploring phase when no time was given: enough to get through a naive filter.
_EXPLORED = 300
_CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The data a campaign works with, by id."""

    templates: Mapping[str, EventTemplate]
    payloads: tuple[Payload, ...]
    rules: Mapping[str, Rule]


@dataclass(slots=True, kw_only=True)
class FunctionRun:
    """Learns, attacks, explores and shrinks, telling `emit` as it goes."""

    function: Function
    catalogue: Catalogue
    probe: Probe
    oracles: Sequence[Oracle]
    budget: Budget
    seed: int
    emit: Callable[[Moment], None]
    triggers: tuple[Trigger, ...]
    done: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    hits: list[Hit] = field(default_factory=list)

    def run(self) -> FunctionSummary:
        """Everything for this function; never raises for what the function does."""
        started = time.monotonic()
        numbers = itertools.count()
        # Canaries differ between functions so that what one stored is not taken for another's.
        base = f"{self.seed}/{self.function.name}"
        number = int.from_bytes(base.encode(), "big") % (2**61 - 1)
        attacker = Attacker(
            probe=self.probe,
            oracles=self.oracles,
            rules=frozenset(self.catalogue.rules),
            canaries=lambda: Canary.make(number, next(numbers)),
            budget=self.budget,
            found=self._found,
            known=self.known,
        )
        learnts = self._learn()
        startless = self._never_started(learnts)
        if startless:
            return self._summary(started, learnts, attacker, startless)
        reason = self._attack(attacker, learnts)
        self._shrink(attacker)
        return self._summary(started, learnts, attacker, reason or "")

    def _learn(self) -> tuple[Learnt, ...]:
        found: list[Learnt] = []
        known = self._words()
        for trigger in self.triggers:
            seed = make_seed(self.catalogue.templates[trigger.template], trigger, self.function)
            learner = Learner(self._look, known)
            found += learner.learn(seed)
            if found[0].observation.outcome.status is Status.INIT_ERROR:
                break
        return tuple(found)

    def _words(self) -> tuple[str, ...]:
        """Constants of the function's own source, empty when there is none to read."""
        code = self.function.code
        return constants(code) if code is not None and code.is_dir() else ()

    def _look(self, seed: Seed) -> Observation:
        return self.probe.observe(arm_control(seed, ()), learn=True)

    def _attack(self, attacker: Attacker, learnts: tuple[Learnt, ...]) -> str | None:
        language = "".join(c for c in self.function.runtime if not c.isdigit() and c != ".")
        language = language.rstrip("x") if language.startswith("nodejs") else language
        cells = tuple(make_plan(learnts, self.catalogue.payloads, language, self._words()))
        schedule = Schedule(cell for cell in cells if cell.key not in self.done)
        while len(schedule):
            reason = attacker.run(schedule, _CHUNK)
            self._tell(attacker)
            if reason is not None:
                attacker.leave(schedule)
                return reason
        return self._explore(attacker, cells)

    def _explore(self, attacker: Attacker, cells: Sequence[Cell]) -> str | None:
        explorer = Explorer(attacker=attacker, probe=self.probe, budget=self.budget, seed=self.seed)
        cheap = [c for c in cells if c.payload.rule not in EXPENSIVE]
        reason = explorer.run(cheap, self._words(), _EXPLORED)
        self._tell(attacker)
        # A finished plan with a spent budget afterwards has left nothing untried but luck.
        return reason if reason == "interrupted" else None

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

    def _tell(self, attacker: Attacker) -> None:
        cells, attacker.tally.cells = attacker.tally.cells, []
        self.emit(CellsDone(function=self.function.name, cells=tuple(cells)))
        self.emit(
            Progress(
                function=self.function.name,
                invocations=self.probe.invocations,
                trials=attacker.tally.total,
            )
        )

    @staticmethod
    def _never_started(learnts: Sequence[Learnt]) -> str:
        outcome = learnts[0].observation.outcome
        if outcome.status is not Status.INIT_ERROR:
            return ""
        error = outcome.error
        told = f"{error.type}: {error.message}" if error else "no reason was given"
        return f"the function never started: {told}"

    def _summary(
        self, started: float, learnts: Sequence[Learnt], attacker: Attacker, reason: str
    ) -> FunctionSummary:
        tally = attacker.tally
        points = {str(point): point for learnt in learnts for point in learnt.seed.points}
        stuck = not any(learnt.healthy for learnt in learnts)
        if stuck and not reason:
            error = learnts[0].observation.outcome.error
            told = (
                f"{error.type}: {error.message}" if error else learnts[0].observation.outcome.status
            )
            reason = f"no benign event got past the function's parsing ({told})"
        found = {hit.confirmed.verdict.rule for hit in self.hits}
        rules = sorted(set(tally.trials) | set(tally.skipped) | found)
        return FunctionSummary(
            name=self.function.name,
            runtime=self.function.runtime,
            handler=self.function.handler,
            triggers=tuple(dict.fromkeys(t.template for t in self.triggers)),
            invocations=self.probe.invocations,
            trials=tally.total,
            errors=self.probe.errors,
            tested=tally.total > 0 and (not stuck or bool(self.hits)),
            reason=reason,
            points=tuple(points),
            learnt=tuple(text for text, point in points.items() if point.learnt),
            tallies=tuple(
                RuleTally(
                    rule=rule,
                    trials=tally.trials[rule],
                    skipped=tally.skipped[rule],
                    findings=sum(h.confirmed.verdict.rule == rule for h in self.hits),
                )
                for rule in rules
            ),
            seconds=round(time.monotonic() - started, 3),
            notes=self._notes(learnts, attacker),
            declared_in=self.function.declared_in,
            code=str(self.function.code or ""),
        )

    def _notes(self, learnts: Sequence[Learnt], attacker: Attacker) -> tuple[str, ...]:
        notes = list(self.function.notes)
        if self.probe.blind:
            notes.append(f"this target has no {', '.join(sorted(self.probe.blind))}")
        if attacker.tally.infeasible:
            notes.append(
                f"{attacker.tally.infeasible} trials were not sent: the service would not "
                "have let the value through"
            )
        if attacker.tally.unconfirmed:
            notes.append(
                f"{attacker.tally.unconfirmed} suspicions did not come again in a fresh runtime"
            )
        unread = split_points(learnts[0])[1]
        if unread:
            notes.append(f"{len(unread)} insertion points were never seen to be read")
        refused = sum(1 for learnt in learnts if learnt.standing == 1)
        if refused == len(learnts):
            notes.append("every benign event was answered by a refusal (HTTP status 400 or more)")
        return tuple(notes)
