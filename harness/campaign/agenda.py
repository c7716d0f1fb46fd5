"""Which job comes next: phases, shares of the time, and jobs that were lost.

Nothing here starves: a function's share of the time that is left is at least half of an even one,
whatever the others promise, and shares only grow with the time that a campaign is given.
"""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.campaign.account import Account, is_complete, reached
from harness.campaign.jobs import Earlier, Job, Phase, jobs_of, shards_for
from harness.model import Finding

# The quick phase gets this part of the time for each part that the rest of the plan gets.
_QUICK_WEIGHT = 0.3
# What a function promises that gave nothing so far, and the least time that a job can have taken:
# functions come in the order of what they promise for a second of work.
_HOPE, _LEAST = 0.05, 0.001
# A job whose worker died this often kills workers: it is given up.
_ATTEMPTS = 3
# A worker looks this many jobs ahead, times the workers, for one of a function that it has learnt:
# so far, it finds none of its own in one of fifty looks.
_AHEAD = 4
# Exploring goes on for as long as it sees something new, without a time limit for so many rounds.
_ROUNDS = 4


@dataclass(slots=True, kw_only=True)
class Agenda:
    """The jobs of one campaign. Functions are in the order in which their turns come.

    `invocations` is the limit of one function. `lookup` gives what was stored of a function: its
    accounts, cells and findings.
    """

    functions: Sequence[str]
    workers: int
    deadline: float | None
    invocations: int | None
    lookup: Callable[[str], "Stored"]
    replays: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    attempt: int = 0
    running: dict[str, Job] = field(default_factory=dict)
    _waiting: dict[Phase, list[Job]] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)
    _gains: dict[str, float] = field(default_factory=dict)
    _rates: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shards = shards_for(len(self.functions), self.workers)
        for phase in Phase:
            parts = 1 if phase is Phase.QUICK else shards
            self._waiting[phase] = list(jobs_of(self.functions, phase, parts, self.attempt))
        # The quick phase, and each shard of the plan and of the first round of exploring.
        self._open = dict.fromkeys(self.functions, 1 + 2 * shards)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do or to wait for."""
        return not self.running and not any(self._waiting.values())

    def next(self, suits: Callable[[str], bool] = lambda _: True) -> Job | None:
        """The job for a worker that is free; None when there is none for it now.

        Of the first few it is one whose function `suits`, if there is such a one: each worker that
        begins with a function learns its shape anew.
        """
        for phase in Phase:
            job = self._ready(phase, suits)
            if job is not None:
                self.running[job.key] = job
                return job
        return None

    def ended(self, job: Job, account: Account | None) -> bool:
        """A job came to its end. Returns whether its function is finished by that."""
        del self.running[job.key]
        if account is not None:
            if account.hopeless:
                self._drop(job.function)
                return True
            if job.phase is Phase.EXPLORE and self._goes_on(job, account):
                self._waiting[Phase.EXPLORE].append(replace(job, round=job.round + 1))
                return False
            if job.phase is Phase.QUICK:
                self._gains[job.function] = account.gain
                seconds = max(account.seconds, _LEAST) / max(1, account.invocations)
                self._rates[job.function] = (account.gain + _HOPE) / seconds
        self._open[job.function] -= 1
        return self._open[job.function] == 0

    def lost(self, job: Job) -> bool:
        """A job's worker died. Returns whether the job will be done again."""
        del self.running[job.key]
        if job.attempt - self.attempt + 1 < _ATTEMPTS:
            self._waiting[job.phase].insert(0, job.again())
            return True
        self._open[job.function] -= 1
        return False

    def overdue(self, seconds: float) -> bool:
        """Whether the campaign's time was over so many seconds ago."""
        return self.deadline is not None and time.monotonic() > self.deadline + seconds

    def clear(self) -> None:
        """Nothing more is to be begun."""
        for waiting in self._waiting.values():
            waiting.clear()

    def _drop(self, function: str) -> None:
        for phase, waiting in self._waiting.items():
            self._waiting[phase] = [job for job in waiting if job.function != function]

    def _ready(self, phase: Phase, suits: Callable[[str], bool]) -> Job | None:
        waiting = self._waiting[phase]
        if phase is Phase.FULL:
            waiting.sort(key=lambda job: self._rates.get(job.function, 0.0), reverse=True)
        open_ones = (job for job in waiting if not self._blocked(job))
        first = tuple(itertools.islice(open_ones, _AHEAD * self.workers))
        if not first:
            return None
        job = next((job for job in first if suits(job.function)), first[0])
        waiting.remove(job)
        return self._filled(job)

    def _filled(self, job: Job) -> Job:
        """The job with its share of the budget and what is known by now."""
        stored = self.lookup(job.function)
        known = () if job.phase is Phase.QUICK and self._replays(job) else stored.earlier
        return replace(
            job,
            seconds=self._seconds(job),
            invocations=self._invocations(job, stored),
            done=stored.cells,
            known=known,
            reached=reached(stored.accounts),
            replays=self._replays(job),
        )

    def _replays(self, job: Job) -> tuple[Finding, ...]:
        return self.replays.get(job.function, ()) if job.phase is Phase.QUICK else ()

    def _blocked(self, job: Job) -> bool:
        """A function's phases come one after another."""
        order = list(Phase)
        return any(
            other.function == job.function and order.index(other.phase) < order.index(job.phase)
            for other in self.running.values()
        )

    def _promise(self, function: str) -> float:
        """What a function's quick phase gave, from 0 to 1."""
        return self._gains.get(function, 0.0)

    def _seconds(self, job: Job) -> float | None:
        if self.deadline is None:
            return None
        left = max(0.0, self.deadline - time.monotonic())
        weights = self._weight(job)
        for phase in (Phase.QUICK, Phase.FULL):
            weights += sum(self._weight(other) for other in self._waiting[phase])
        if job.phase is Phase.EXPLORE:
            return left
        # One of the workers is ours; the others take what waits beside us.
        return min(left, left * self.workers * self._weight(job) / weights)

    def _weight(self, job: Job) -> float:
        if job.phase is Phase.EXPLORE:
            return 0.0
        if job.phase is Phase.QUICK:
            return _QUICK_WEIGHT
        return (1.0 + self._promise(job.function)) / job.shards

    def _invocations(self, job: Job, stored: "Stored") -> int | None:
        if self.invocations is None:
            return None
        left = self.invocations - sum(account.invocations for account in stored.accounts)
        return max(0, left) // job.shards

    def _goes_on(self, job: Job, account: Account) -> bool:
        if not account.novel or not account.complete:
            return False
        if self.deadline is None:
            return job.round + 1 < _ROUNDS
        return time.monotonic() < self.deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store knows of a function."""

    accounts: tuple[Account, ...]
    cells: frozenset[int]
    earlier: tuple[Earlier, ...]

    @property
    def complete(self) -> bool:
        """Whether its whole plan was gone through."""
        return is_complete(self.accounts)
