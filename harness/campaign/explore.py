"""Exploring with Hypothesis: mutated payloads in freshly filled events, steered by what they reach.

Events that reached places (lines, ways out of conditions) of the application which nothing reached
before are kept as bases of further ones and chosen the more often, the fresher they are (an energy
schedule as AFLFast's: Boehme, Pham, Roychoudhury 2016). What lies behind is then attacked by plan.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import seed as hypothesis_seed

from harness.campaign.attack import Attacker
from harness.campaign.budget import Budget
from harness.campaign.novelty import Learnt
from harness.campaign.plan import Cell
from harness.campaign.probe import Probe
from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.seed import Seed
from harness.events.strategies import BASES, Attempt, attempts

_CHUNK = 50
# Attempts of one round: enough to get through a naive filter.
ATTEMPTS = 300
# Events of new places that are kept, and ways behind them that are attacked, in one round.
_KEPT = 64
_WAYS = 8
# What new places count for Hypothesis' target, beside a reward of 1 for a sink.
_NEW_PLACES = 3.0


class _Spent(BaseException):
    """The budget is spent: Hypothesis lets nothing else through at once that is no failure."""


@dataclass(slots=True)
class _Base:
    """An event worth changing: a learnt seed, or one that reached new places."""

    learnt: Learnt
    seed: Seed
    fresh: int = 1
    chosen: int = 0

    @property
    def energy(self) -> float:
        return (1.0 + self.fresh) / (1.0 + self.chosen)


@dataclass(slots=True, kw_only=True)
class Explorer:
    """Draws attempts in chunks, so that the budget is looked at between them.

    `follow` is given a benign event that reached new places: it attacks what lies behind them.
    `novel` counts what was seen for the first time.
    """

    attacker: Attacker
    probe: Probe
    budget: Budget
    seed: int
    follow: Callable[[Seed], None] = lambda _: None
    novel: int = 0
    _bases: list[_Base] = field(default_factory=list)
    _ways: list[Seed] = field(default_factory=list)
    _cells: dict[int, list[Cell]] = field(default_factory=dict)

    def run(
        self, cells: Sequence[Cell], constants: Sequence[str], limit: int = ATTEMPTS
    ) -> str | None:
        """Up to `limit` attempts. Returns why it stopped early, None when it did not."""
        if not cells:
            return None
        for cell in cells:
            if id(cell.learnt) not in self._cells:
                self._bases.append(_Base(cell.learnt, cell.learnt.seed))
            self._cells.setdefault(id(cell.learnt), []).append(cell)
        strategy = attempts(max(len(group) for group in self._cells.values()), constants)
        for chunk in range(-(-limit // _CHUNK)):
            reason = self.budget.spent(self.probe.invocations)
            if reason is not None:
                return reason
            if not self._wanted():
                return None

            @hypothesis_seed(self.seed + chunk)
            @settings(
                max_examples=min(_CHUNK, limit - chunk * _CHUNK),
                database=None,
                deadline=None,
                phases=[Phase.generate, Phase.target],
                suppress_health_check=list(HealthCheck),
            )
            @given(strategy)
            def explore(attempt: Attempt) -> None:
                if self.budget.spent(self.probe.invocations) is not None:
                    raise _Spent
                target(self._try(attempt), label="nearness")

            with contextlib.suppress(_Spent):
                explore()
            ways, self._ways = self._ways, []
            for way in ways[:_WAYS]:
                self.follow(way)
        return None

    def _wanted(self) -> bool:
        """Leave out the cells of rules that were found often enough. Whether others are left."""
        for group in self._cells.values():
            group[:] = [c for c in group if not self.attacker.suspicions.enough(c.payload.rule)]
        self._bases = [base for base in self._bases if self._cells[id(base.learnt)]]
        return bool(self._bases)

    def _try(self, attempt: Attempt) -> float:
        base = self._choose(attempt.base)
        cells = self._cells[id(base.learnt)]
        cell = cells[attempt.cell % len(cells)]
        if self.attacker.hangs_at(str(cell.point)):
            return 0.0
        seed = fill_others(cell, base.seed, attempt)
        gave, observation = self.attacker.attempt(replace(cell, mutations=attempt.mutations), seed)
        fresh = self.probe.fresh_places if observation is not None else 0
        base.chosen += 1
        self.novel += fresh
        if not fresh:
            return gave
        self._bases.append(_Base(base.learnt, seed, fresh=fresh))
        del self._bases[: max(0, len(self._bases) - _KEPT)]
        if seed is not base.seed:
            self._ways.append(seed)
        return gave + _NEW_PLACES

    def _choose(self, draw: int) -> _Base:
        """The base at a place of [0, BASES), each as wide as its energy."""
        place = draw / BASES * sum(base.energy for base in self._bases)
        for base in self._bases:
            place -= base.energy
            if place < 0:
                return base
        return self._bases[-1]


def fill_others(cell: Cell, seed: Seed, attempt: Attempt) -> Seed:
    """The seed with other learnt points filled as drawn; what does not fit is left."""
    others = [p for p in seed.points if p.learnt and p.address != cell.point.address]
    for index, value in attempt.filling:
        if index < len(others):
            try:
                seed = seed.written(others[index].address, value)
            except (AddressError, CodecError, TypeError):
                continue
    return seed
