"""A bounded record of what happened, written by many threads and read from a mark on."""

from collections import deque
from collections.abc import Callable
from threading import Condition
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Tape(Generic[Entry]):
    """Keeps the last `capacity` entries, and fewer where they weigh more than `budget` together.

    `weigh` tells an entry's bytes. A mark is the number of entries ever written before it.
    """

    def __init__(self, capacity: int, *, budget: int, weigh: Callable[[Entry], int]) -> None:
        self._entries: deque[Entry] = deque()
        self._capacity = capacity
        self._budget = budget
        self._weigh = weigh
        self._weight = 0
        self._written = 0
        self.changed = Condition()

    def write(self, entry: Entry) -> None:
        with self.changed:
            self._entries.append(entry)
            self._weight += self._weigh(entry)
            while len(self._entries) > self._capacity or (
                self._weight > self._budget and len(self._entries) > 1
            ):
                self._weight -= self._weigh(self._entries.popleft())
            self._written += 1
            self.changed.notify_all()

    def mark(self) -> int:
        return self._written

    def since(self, mark: int) -> tuple[Entry, ...]:
        """Entries written after `mark`, oldest first; of a flood only the last that fit."""
        with self.changed:
            count = min(self._written - mark, len(self._entries))
            return tuple(list(self._entries)[-count:]) if count > 0 else ()
