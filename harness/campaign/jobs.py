"""Jobs: the parts into which a campaign is cut, in the order in which workers take them.

A function is tested in phases. Every function has its quick wins tried before any function has the
rest of its plan tried, and exploring by luck comes after all plans. Where there are fewer functions
than workers, a plan is cut into shards by a hash of its cells: any worker can take any job, and a
job that was lost with its worker is simply done again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from harness.model import Confidence, Finding

if TYPE_CHECKING:  # the coordinator makes none, and loads faster without
    from harness.campaign.plan import Cell

# What a payload's priority may be for its trials to be tried in the first phase.
_QUICK_PRIORITY = 1


class Phase(StrEnum):
    """A part of one function's campaign, in the order in which it comes."""

    QUICK = "quick"
    FULL = "full"
    EXPLORE = "explore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A finding of this campaign that must not be looked for again."""

    id: str
    rule: str
    insertion_point: str
    confirmed: bool

    @classmethod
    def of(cls, finding: Finding) -> "Earlier":
        return cls(
            id=finding.id,
            rule=finding.rule,
            insertion_point=finding.insertion_point,
            confirmed=finding.confidence is Confidence.CONFIRMED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Lines and branches of the application (see Outcome) that some calls reached, by file."""

    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    branches: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One phase of one function, or one shard of it.

    `attempt` counts how often the same job was begun before, `round` the rounds of exploring.
    `seconds` and `invocations` are its share of the budget, None without a limit; `done` are the
    cells (see cell_number) that earlier jobs tried, `known` what they found, `reached` where they
    got to, `replays` findings of earlier campaigns that are looked at first.
    """

    function: str
    phase: Phase
    shard: int = 0
    shards: int = 1
    round: int = 0
    attempt: int = 0
    seconds: float | None = None
    invocations: int | None = None
    done: frozenset[int] = frozenset()
    known: tuple[Earlier, ...] = ()
    reached: Reached = field(default_factory=Reached)
    replays: tuple[Finding, ...] = ()

    @property
    def key(self) -> str:
        """Names the job within its campaign."""
        return (
            f"{self.function}|{self.phase}|{self.round}|{self.shard}/{self.shards}|{self.attempt}"
        )

    def holds(self, cell: "Cell") -> bool:
        """Whether a cell of the function's plan is for this job to try."""
        if self.phase is Phase.QUICK and not is_quick(cell):
            return False
        number = cell_number(cell.key)
        return number % self.shards == self.shard and number not in self.done

    def again(self) -> "Job":
        """The job as it is begun anew after its worker was lost."""
        return replace(self, attempt=self.attempt + 1)


def cell_number(key: str) -> int:
    """A cell's name in the store: 63 bits of a hash of its key (2^-33 for a clash in 40,000)."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 1


def is_quick(cell: "Cell") -> bool:
    """Whether a cell is among the first that are tried in every function."""
    return cell.payload.priority <= _QUICK_PRIORITY and not cell.unread and not cell.last


def shards_for(functions: int, workers: int) -> int:
    """How many shards a function's plan is cut into, so that no worker is idle."""
    return 1 if functions == 0 else max(1, -(-workers // functions))


def jobs_of(functions: Sequence[str], phase: Phase, shards: int, attempt: int) -> Iterable[Job]:
    """Every job of one phase, in the functions' order."""
    for name in functions:
        for shard in range(shards):
            yield Job(function=name, phase=phase, shard=shard, shards=shards, attempt=attempt)
