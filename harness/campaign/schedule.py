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

from harness.campaign.plan import Cell

# How much one step of a payload's priority (1 to 5) weighs against a mean reward of 1.
_PRIORITY = 0.6
_CURIOSITY = 0.25
# Points that the handler was not seen to read wait until the others had most of theirs.
_UNREAD = 1.0
_EXPENSIVE = 100.0
# Indices are computed again after this many picks: the bonus moves slowly.
_STALE = 256


@dataclass(slots=True)
class Arm:
    """Cells of one rule at one point, and what came of those tried."""

    cells: deque[Cell] = field(default_factory=deque)
    tried: int = 0
    reward: float = 0.0

    def index(self, picks: int) -> float:
        """The higher, the sooner."""
        cell = self.cells[0]
        mean = self.reward / self.tried if self.tried else 0.0
        bonus = _CURIOSITY * math.sqrt(math.log(picks + 1) / (self.tried + 1))
        late = _UNREAD * cell.unread + _EXPENSIVE * cell.expensive
        return mean + bonus - _PRIORITY * cell.payload.priority - late


_Key = tuple[str, str, str, str]


def arm_of(cell: Cell) -> _Key:
    """The arm that a cell belongs to."""
    seed = cell.learnt.seed
    return (seed.trigger.template, seed.variant, str(cell.point), cell.payload.rule)


class Schedule:
    """Hands out cells, the most promising first, and learns from what they gave."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._arms: dict[_Key, Arm] = {}
        for cell in cells:
            self._arms.setdefault(arm_of(cell), Arm()).cells.append(cell)
        self._left = sum(len(arm.cells) for arm in self._arms.values())
        self._picks = 0
        self._heaps: dict[int, list[tuple[float, int, _Key]]] = {}
        self._order = {key: number for number, key in enumerate(self._arms)}
        self._rebuild()

    def __len__(self) -> int:
        return self._left

    def remaining(self) -> Iterator[Cell]:
        """Cells that were not handed out."""
        for arm in self._arms.values():
            yield from arm.cells

    def first(self) -> Cell | None:
        """The best cell of all, None when there are no more."""
        best = min((heap for heap in self._heaps.values() if heap), default=None)
        return None if best is None else self._pop(best)

    def fill(self, like: Cell, offer: Callable[[Cell], bool | None], looks: int) -> None:
        """Offer further cells of the same learnt seed, the best of each arm, the best first.

        The offer is taken (True), passed over (False), or there is no room for any more (None).
        """
        heap = self._heaps.get(id(like.learnt), [])
        passed: list[tuple[float, int, _Key]] = []
        while heap and looks > 0:
            looks -= 1
            answer = offer(self._arms[heap[0][2]].cells[0])
            if answer is None:
                break
            if answer:
                self._pop(heap)
            else:
                passed.append(heapq.heappop(heap))
        for entry in passed:
            heapq.heappush(heap, entry)

    def back(self, cells: Iterable[Cell]) -> None:
        """Take back cells that were handed out and not tried."""
        for cell in reversed(list(cells)):
            key = arm_of(cell)
            self._left += 1
            self._arms[key].cells.appendleft(cell)
            if len(self._arms[key].cells) == 1:
                self._push(key)

    def saw(self, cell: Cell, reward: float) -> None:
        """What a trial of the cell gave, from 0 (nothing) to 1 (a sink of its rule)."""
        arm = self._arms[arm_of(cell)]
        arm.tried += 1
        arm.reward += reward

    def _pop(self, heap: list[tuple[float, int, _Key]]) -> Cell:
        _, _, key = heapq.heappop(heap)
        cell = self._arms[key].cells.popleft()
        self._left -= 1
        self._picks += 1
        if self._arms[key].cells:
            self._push(key)
        return cell

    def _push(self, key: _Key) -> None:
        arm = self._arms[key]
        entry = (-arm.index(self._picks), self._order[key], key)
        heapq.heappush(self._heaps.setdefault(id(arm.cells[0].learnt), []), entry)

    def refresh(self) -> None:
        """Let what was learnt count; called between invocations."""
        if self._picks >= self._due:
            self._rebuild()

    def _rebuild(self) -> None:
        self._due = self._picks + _STALE
        self._heaps = {}
        for key, arm in self._arms.items():
            if arm.cells:
                self._push(key)
