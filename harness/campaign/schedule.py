"""What is tried next: a bandit over rule x insertion point.

An arm holds the cells of one rule at one point of one learnt seed, in the order of their payloads'
priority. Its index is UCB1's (Auer, Cesa-Bianchi, Fischer 2002): the mean of what its trials gave
(a sink reached, a reflection, an error that the control has not) plus a bonus that grows while it
waits, so none is ever starved; minus the priority of its next payload, so that every arm's quick
wins come before any arm's long shots. Nothing here knows the budget: what a campaign does in its
first half it does also when it has twice the time.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from harness.campaign.plan import WHOLE, Cell

# How much one step of a payload's priority (1 to 5) weighs against a mean reward of 1.
_PRIORITY = 0.6
_CURIOSITY = 0.25
# Points that the handler was not seen to read wait until the others had most of theirs.
_UNREAD = 1.0
_EXPENSIVE = 100.0
_COSTLY = 1.2
_WAITS = 100.0  # milliseconds of a benign event
# Indices are computed again after this many picks: the bonus moves slowly.
_STALE = 256


class Answer(Enum):
    """What becomes of a cell that is offered for a pack."""

    TAKEN = auto()
    PASSED = auto()  # not this one
    CLOSED = auto()  # none at its point
    FULL = auto()  # none at all


@dataclass(slots=True, kw_only=True)
class Arm:
    """Cells of one rule at one point, and what came of those tried."""

    number: int
    point: str
    cells: deque[Cell] = field(default_factory=deque)
    tried: int = 0
    reward: float = 0.0
    urgent: bool = False

    def index(self, picks: int) -> float:
        """The higher, the sooner."""
        cell = self.cells[0]
        if self.urgent:
            return _EXPENSIVE - cell.payload.priority
        mean = self.reward / self.tried if self.tried else 0.0
        bonus = _CURIOSITY * math.sqrt(math.log(picks + 1) / (self.tried + 1))
        late = _UNREAD * cell.unread + _EXPENSIVE * cell.last
        if cell.expensive and cell.fits:
            # A handler that waits, and takes numbers: the number may well say for how long.
            waits = cell.learnt.observation.outcome.duration >= _WAITS
            late += -_PRIORITY if waits else _COSTLY
        return mean + bonus - _PRIORITY * cell.payload.priority - late


_Key = tuple[str, str, str, str]
# Arms by their indices, the best first (they are negative), and by their numbers.
_Heap = list[tuple[float, int, Arm]]
# What cannot share an invocation is never offered for one.
_ALONE = ""


def arm_of(cell: Cell) -> _Key:
    """The arm that a cell belongs to."""
    seed = cell.learnt.seed
    return (seed.trigger.template, seed.variant, str(cell.point), cell.payload.rule)


class Schedule:
    """Hands out cells, the most promising first, and learns from what they gave."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._arms: dict[_Key, Arm] = {}
        for cell in cells:
            key = arm_of(cell)
            arm = self._arms.get(key)
            if arm is None:
                arm = self._arms[key] = Arm(number=len(self._arms), point=key[2])
            arm.cells.append(cell)
        self._left = sum(len(arm.cells) for arm in self._arms.values())
        self._picks = 0
        # By learnt seed and point, so that a filled point is passed over with one look.
        self._heaps: dict[int, dict[str, _Heap]] = {}
        self._rebuild()

    def __len__(self) -> int:
        return self._left

    def remaining(self) -> Iterator[Cell]:
        """Cells that were not handed out."""
        for arm in self._arms.values():
            yield from arm.cells

    def first(self) -> Cell | None:
        """The best cell of all, None when there are no more."""
        heaps = (heap for heaps in self._heaps.values() for heap in heaps.values() if heap)
        best = min(heaps, default=None, key=lambda heap: heap[0][:2])
        return None if best is None else self._pop(best)

    def fill(self, like: Cell, offer: Callable[[Cell], Answer], looks: int) -> None:
        """Offer further cells of the same learnt seed, the best of each arm, the best first.

        At most so many `looks`. Cells that are `alone` are not offered where their arm has none
        but such.
        """
        heaps = self._heaps.get(id(like.learnt), {})
        best = [(heap[0], heap) for point, heap in heaps.items() if heap and point != _ALONE]
        heapq.heapify(best)
        passed: list[tuple[_Heap, tuple[float, int, Arm]]] = []
        while best and looks > 0:
            looks -= 1
            (_, _, arm), heap = best[0]
            answer = offer(arm.cells[0])
            if answer is Answer.FULL:
                break
            if answer is Answer.TAKEN:
                self._pop(heap)
            elif answer is Answer.PASSED:
                passed.append((heap, heapq.heappop(heap)))
            if heap and answer is not Answer.CLOSED:
                heapq.heapreplace(best, (heap[0], heap))
            else:
                heapq.heappop(best)
        for heap, entry in passed:
            heapq.heappush(heap, entry)

    def back(self, cells: Iterable[Cell]) -> None:
        """Take back cells that were handed out and not tried."""
        for cell in reversed(list(cells)):
            arm = self._arms[arm_of(cell)]
            self._left += 1
            arm.cells.appendleft(cell)
            if len(arm.cells) == 1:
                self._push(arm)

    def saw(self, cell: Cell, reward: float) -> None:
        """What a trial of the cell gave, from 0 (nothing) to 1 (a sink of its rule)."""
        arm = self._arms[arm_of(cell)]
        arm.tried += 1
        arm.reward += reward

    def hurry(self, like: Cell, rule: str) -> None:
        """Try what is left of a rule at the cell's point before all else."""
        arm = self._arms.get((*arm_of(like)[:3], rule))
        if arm is not None and not arm.urgent:
            arm.urgent = True
            self._rebuild()

    def refresh(self) -> None:
        """Let what was learnt count; called between invocations."""
        if self._picks >= self._due:
            self._rebuild()

    def _pop(self, heap: _Heap) -> Cell:
        _, _, arm = heapq.heappop(heap)
        cell = arm.cells.popleft()
        self._left -= 1
        self._picks += 1
        if arm.cells:
            self._push(arm)
        return cell

    def _push(self, arm: Arm) -> None:
        cell = arm.cells[0]
        point = _ALONE if cell.expensive or cell.payload.rule in WHOLE else arm.point
        heap = self._heaps.setdefault(id(cell.learnt), {}).setdefault(point, [])
        heapq.heappush(heap, (-arm.index(self._picks), arm.number, arm))

    def _rebuild(self) -> None:
        self._due = self._picks + _STALE
        self._heaps = {}
        for arm in self._arms.values():
            if arm.cells:
                self._push(arm)
