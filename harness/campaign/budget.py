"""Budgets: how long and how often a function may be called."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of one function's turn. `deadline` is on `time.monotonic`'s clock, in seconds.

    `stopped` tells whether the user interrupted the campaign.
    """

    deadline: float | None
    invocations: int | None
    stopped: Callable[[], bool]

    @property
    def left(self) -> float:
        """Seconds until the deadline, endless without one."""
        return math.inf if self.deadline is None else self.deadline - time.monotonic()

    def spent(self, invocations: int) -> str | None:
        """Why the function's turn is over, or None while it is not."""
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return "its share of --max-time was used up"
        if self.stopped():
            return "interrupted"
        if self.invocations is not None and invocations >= self.invocations:
            return "--max-invocations was reached"
        return None
