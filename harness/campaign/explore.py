"""Exploring with Hypothesis: mutated payloads in freshly filled events, steered towards sinks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import seed as hypothesis_seed

from harness.campaign.attack import Attacker
from harness.campaign.budget import Budget
from harness.campaign.plan import Cell
from harness.campaign.probe import Probe
from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.seed import Seed
from harness.events.strategies import Attempt, attempts

_CHUNK = 50
# Attempts of one round: enough to get through a naive filter.
ATTEMPTS = 300


@dataclass(slots=True, kw_only=True)
class Explorer:
    """Draws attempts in chunks, so that the budget is looked at between them."""

    attacker: Attacker
    probe: Probe
    budget: Budget
    seed: int
    novel: int = 0

    def run(
        self, cells: Sequence[Cell], constants: Sequence[str], limit: int = ATTEMPTS
    ) -> str | None:
        """Up to `limit` attempts. Returns why it stopped early, None when it did not."""
        if not cells:
            return None
        strategy = attempts(len(cells), constants)
        for chunk in range(-(-limit // _CHUNK)):
            reason = self.budget.spent(self.probe.invocations)
            if reason is not None:
                return reason

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
                if self.budget.spent(self.probe.invocations) is None:
                    target(self._try(cells[attempt.cell], attempt), label="nearness")

            explore()
        return None

    def _try(self, cell: Cell, attempt: Attempt) -> float:
        if self.attacker.hangs_at(str(cell.point)):
            return 0.0
        mutated = replace(cell, mutations=attempt.mutations)
        return self.attacker.attempt(mutated, fill_others(cell, attempt))[0]


def fill_others(cell: Cell, attempt: Attempt) -> Seed:
    """The cell's seed with other learnt points filled as drawn; what does not fit is left."""
    seed = cell.learnt.seed
    others = [p for p in seed.points if p.learnt and p is not cell.point]
    for index, value in attempt.filling:
        if index < len(others):
            try:
                seed = seed.written(others[index].address, value)
            except (AddressError, CodecError, TypeError):
                continue
    return seed
