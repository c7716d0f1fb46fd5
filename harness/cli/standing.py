"""How far a campaign is: counts, rates, coverage and the time that is left, from its moments."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.campaign.account import Account
from harness.campaign.jobs import Phase
from harness.campaign.moments import CampaignStarted, Checkpoint
from harness.events.coverage import gaps

# Lines are counted by reading a function's files: no more often than this, in seconds.
_RECOUNT = 3.0
# Before that a rate is chance, in seconds.
_SETTLED = 5.0
_ORDER = list(Phase)


@dataclass(slots=True, kw_only=True)
class Standing:
    """The campaign so far. `limit` is `--max-time` in seconds; `clock` counts seconds."""

    limit: float | None = None
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _functions: int = 0
    _code: dict[str, Path] = field(default_factory=dict)
    _accounts: dict[str, dict[str, Account]] = field(default_factory=dict)
    _reached: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    _lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    _counted: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begun = self.clock()

    def started(self, moment: CampaignStarted) -> None:
        """The functions are known."""
        self._functions = len(moment.functions)
        named = {f.name: f.code for f in moment.application.functions if f.code is not None}
        self._code = {name: named[name] for name in moment.functions if name in named}

    def checkpoint(self, moment: Checkpoint) -> None:
        """A job told what it did."""
        self._accounts.setdefault(moment.function, {})[moment.job] = moment.account
        reached = self._reached.setdefault(moment.function, {})
        before = sum(map(len, reached.values()))
        for file, lines in moment.account.lines.items():
            reached.setdefault(file, set()).update(lines)
        code, now = self._code.get(moment.function), self.clock()
        due = now - self._counted.get(moment.function, -_RECOUNT) >= _RECOUNT
        if code is not None and sum(map(len, reached.values())) > before and due:
            files = gaps(code, reached)
            self._lines[moment.function] = (
                sum(file.reached for file in files),
                sum(file.lines for file in files),
            )
            self._counted[moment.function] = now

    def told(self) -> str:
        """One line: calls and trials with their rates, lines reached, time left."""
        accounts = [a for jobs in self._accounts.values() for a in jobs.values()]
        invocations = sum(account.invocations for account in accounts)
        trials = sum(sum(account.trials.values()) for account in accounts)
        seconds = max(self.clock() - self._begun, 0.001)
        parts = [
            f"{invocations:,} calls ({invocations / seconds:,.0f}/s)",
            f"{trials:,} trials ({trials / seconds:,.0f}/s)",
        ]
        reached = sum(pair[0] for pair in self._lines.values())
        lines = sum(pair[1] for pair in self._lines.values())
        if lines:
            parts.append(f"{100 * reached // lines} % of lines")
        left = self.left()
        if left is not None:
            parts.append(f"{'at most' if self.limit else 'about'} {clock_time(left)} left")
        return ", ".join(parts)

    def left(self) -> float | None:
        """Seconds to the end: of the limit where there is one, else of the plan at today's pace.

        Functions that did not begin yet count as an average one. None while nothing can be said.
        """
        seconds = self.clock() - self._begun
        if self.limit is not None:
            return max(0.0, self.limit - seconds)
        done = ahead = 0
        for jobs in self._accounts.values():
            done += sum(sum(a.trials.values()) for a in jobs.values())
            planned = [a for a in jobs.values() if a.phase is not Phase.EXPLORE]
            if planned:
                last = max(planned, key=lambda a: _ORDER.index(a.phase)).phase
                ahead += sum(sum(a.left.values()) for a in planned if a.phase is last)
        begun = len(self._accounts)
        if not done or seconds < _SETTLED:
            return None
        ahead += (done + ahead) * max(0, self._functions - begun) // begun
        return seconds * ahead / done


def clock_time(seconds: float) -> str:
    """Seconds as 4:05 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
