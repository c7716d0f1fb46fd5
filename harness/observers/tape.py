"""A bounded record of what happened, written by many threads and read from a mark on."""

from collections import deque
from threading import Condition
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Tape(Generic[Entry]):
    """Keeps the last `capacity` entries. A mark is the number of entries ever written before it."""

    def __init__(self, capacity: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._written = 0
        self.changed = Condition()

    def write(self, entry: Entry) -> None:
        with self.changed:
            self._entries.append(entry)
            self._written += 1
            self.changed.notify_all()

    def mark(self) -> int:
        return self._written

    def since(self, mark: int) -> tuple[Entry, ...]:
        """Entries written after `mark`, oldest first; of a flood only the last `capacity`."""
        with self.changed:
            count = min(self._written - mark, len(self._entries))
            if count <= 0:
                return ()
            entries = list(self._entries)
            return tuple(entries[-count:])
