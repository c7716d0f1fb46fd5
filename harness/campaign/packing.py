"""Packs: many trials on one invocation, and group testing when one of them spoils it.

A pack is filled while it is likelier than not that all its trials are reached (Dorfman 1943: the
best group tests positive about half of the time). How likely one trial is to end the invocation
early, or to lead the handler past the others, is learnt per insertion point and per payload.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from harness.campaign.plan import Cell
from harness.campaign.schedule import Answer, Schedule
from harness.events.batch import lies_in_records

# More records than this cost the function more than they save us.
_RECORDS = 16
_TRIALS = 64
_LOOK_AHEAD = 96
_BYTES = 128 * 1024
_LIKELY = 0.5
# A point or payload of which nothing is known yet: 1 in 20.
_SPOILT, _SEEN = 0.25, 5.0
# One in so many is the guess for a point that the handler was never seen to read.
_UNREAD = 0.01


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell and the record of the batch in which it is tried."""

    cell: Cell
    record: int = 0


@dataclass(frozen=True, slots=True)
class Pack:
    """Trials that share one invocation: one learnt seed, never two at the same place."""

    placed: tuple[Placed, ...]

    @property
    def alone(self) -> bool:
        return len(self.placed) == 1

    @property
    def records(self) -> int:
        """How many records the event needs."""
        return 1 + max(item.record for item in self.placed)

    def halves(self) -> tuple["Pack", ...]:
        """The pack in two; records are numbered anew, so that no empty one is sent."""
        middle = len(self.placed) // 2
        return tuple(
            Pack(_renumbered(part)) for part in (self.placed[:middle], self.placed[middle:]) if part
        )


@dataclass(slots=True)
class Survival:
    """How often trials spoilt an invocation, by point and by payload (means of a Beta prior)."""

    _spoilt: dict[tuple[str, str], float] = field(default_factory=dict)
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)

    def chance(self, cell: Cell) -> float:
        """The chance that an invocation goes its benign way with this trial aboard."""
        point = self._rate("point", str(cell.point))
        payload = self._rate("payload", cell.payload.id)
        if cell.unread:
            return 1.0 - min(point, _UNREAD)
        return (1.0 - point) * (1.0 - payload)

    def saw(self, cell: Cell, *, spoilt: bool) -> None:
        """Learn from a trial that was alone, or whose pack went well."""
        for key in (("point", str(cell.point)), ("payload", cell.payload.id)):
            self._seen[key] = self._seen.get(key, 0.0) + 1.0
            self._spoilt[key] = self._spoilt.get(key, 0.0) + spoilt

    def _rate(self, kind: str, name: str) -> float:
        key = (kind, name)
        return (self._spoilt.get(key, 0.0) + _SPOILT) / (self._seen.get(key, 0.0) + _SEEN)


@dataclass(frozen=True, slots=True)
class Room:
    """What one learnt seed's events may carry.

    `records`: how many records the handler was seen to walk through. `together`: whether a trial
    that leads the handler past another one in the same record would be noticed.
    """

    records: int = 1
    together: bool = False


def next_packs(schedule: Schedule, survival: Survival, room: Room, first: Cell) -> Pack:
    """The pack that begins with a cell which the schedule handed out."""
    if first.alone:
        return Pack((Placed(first),))
    records = min(room.records, _RECORDS)
    slots = _Slots(records, together=room.together)
    slots.add(first)
    chance = survival.chance(first)

    def offer(cell: Cell) -> Answer:
        nonlocal chance
        if slots.full or chance < _LIKELY * 1.05:
            return Answer.FULL
        survives = chance * survival.chance(cell)
        if cell.alone or survives < _LIKELY:
            return Answer.PASSED
        if not slots.add(cell):
            return Answer.CLOSED
        chance = survives
        return Answer.TAKEN

    schedule.fill(first, offer, _LOOK_AHEAD)
    return Pack(tuple(slots.placed))


@dataclass(slots=True)
class _Taken:
    """The points that are filled in one record, as texts, and all that lies around them."""

    points: set[str] = field(default_factory=set)
    around: set[str] = field(default_factory=set)
    read: bool = False
    guard: bool = False

    def overlaps(self, places: tuple[str, ...]) -> bool:
        """Whether one of the places is inside of a filled point, is one, or holds one."""
        for place in places:
            if place in self.points or place in self.around:
                return True
            if not self.points.isdisjoint(_lineage(place)):
                return True
        return False

    def add(self, cell: Cell, places: tuple[str, ...]) -> None:
        self.points.update(places)
        for place in places:
            self.around.update(_lineage(place))
        self.read |= not cell.unread
        self.guard |= cell.guard and not cell.unread


class _Slots:
    """Free places: each point once in each record, no point inside of another."""

    def __init__(self, records: int, *, together: bool) -> None:
        self._together = together
        self._taken = [_Taken() for _ in range(records)]
        self._bytes = 0
        self.placed: list[Placed] = []

    @property
    def full(self) -> bool:
        return len(self.placed) >= _TRIALS or self._bytes > _BYTES

    def add(self, cell: Cell) -> bool:
        """Place a cell in the first record that has room; False when none has, now or later."""
        point = cell.point
        places = (str(point.address), *map(str, point.mirrors))
        several = len(self._taken) > 1 and lies_in_records(cell.learnt.seed, point)
        for record, taken in enumerate(self._taken if several else self._taken[:1]):
            if self._fits(cell, places, taken):
                taken.add(cell, places)
                self.placed.append(Placed(cell, record))
                self._bytes += len(str(cell.payload.template))
                return True
        return False

    def _fits(self, cell: Cell, places: tuple[str, ...], taken: _Taken) -> bool:
        if taken.overlaps(places):
            return False
        if cell.unread or not taken.read:
            return True
        return self._together and not cell.guard and not taken.guard


@lru_cache(maxsize=10_000)
def _lineage(place: str) -> frozenset[str]:
    """The texts of all addresses that a place lies in."""
    return frozenset(place[:at] for at, mark in enumerate(place) if mark in "/!")


def _renumbered(placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    numbers: dict[int, int] = {}
    return tuple(
        Placed(item.cell, numbers.setdefault(item.record, len(numbers))) for item in placed
    )
