"""Several records in one event, as a service delivers a batch.

Records are copies of the seed's first one; what names a record (its message id, event id, sequence
number) differs between them, since a handler may drop what it takes for a redelivery.
"""

import re
from dataclasses import replace
from typing import Any

from harness.events import inject
from harness.events.seed import Seed
from harness.model import Address, InsertionPoint

_NAMES = re.compile(r"(id|identifier|number|etag|sequencer|tag|offset)$", re.IGNORECASE)
_TAIL = re.compile(r"[0-9a-f]{1,4}$", re.IGNORECASE)
# How deep below the record a name of it may stand: `/kinesis/sequenceNumber`, not in its data.
_DEPTH = 2


def records_of(seed: Seed) -> int:
    """How many records the seed's trigger may deliver at once; 1 when it delivers no batches."""
    batch = seed.template.batch
    if batch is None or not _holds_list(seed, batch.records):
        return 1
    return max(1, min(batch.maximum, seed.trigger.batch_size or batch.default))


def widened(seed: Seed, records: int) -> Seed:
    """The seed with `records` records. Points and state still name the first of them."""
    batch = seed.template.batch
    if records == 1 or batch is None:
        return seed
    first = seed.read(batch.records)[0]
    copies = [first, *(_renamed(first, number, _DEPTH) for number in range(1, records))]
    event = inject.write(seed.event, batch.records, copies)
    return replace(seed, event=event, records=records)


def in_record(seed: Seed, address: Address, record: int) -> Address:
    """The same place in another record; the address itself when it lies in no record."""
    batch = seed.template.batch
    if record == 0 or batch is None or address.state is not None:
        return address
    steps = batch.records.steps
    if address.steps[: len(steps)] != steps or len(address.steps) == len(steps):
        return address
    moved = (*steps, ("key", str(record)), *address.steps[len(steps) + 1 :])
    return Address(moved, address.state)


def lies_in_records(seed: Seed, point: InsertionPoint) -> bool:
    """Whether the point has a counterpart in every record."""
    return in_record(seed, point.address, 1) != point.address


def point_in_record(seed: Seed, point: InsertionPoint, record: int) -> InsertionPoint:
    """The insertion point's counterpart in another record."""
    if record == 0:
        return point
    return replace(
        point,
        address=in_record(seed, point.address, record),
        mirrors=tuple(in_record(seed, mirror, record) for mirror in point.mirrors),
        carrier=point.carrier and point_in_record(seed, point.carrier, record),
    )


class Batches:
    """A seed's events with more records, and its points in them: each is made once."""

    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._wide: dict[int, Seed] = {}
        self._points: dict[tuple[int, int], tuple[InsertionPoint, InsertionPoint]] = {}

    def widened(self, records: int) -> Seed:
        """See widened()."""
        if records not in self._wide:
            self._wide[records] = widened(self._seed, records)
        return self._wide[records]

    def point(self, point: InsertionPoint, record: int) -> InsertionPoint:
        """See point_in_record()."""
        key = (id(point), record)  # to hash the point itself takes longer than all the rest
        if key not in self._points:
            self._points[key] = point, point_in_record(self._seed, point, record)
        return self._points[key][1]


def _holds_list(seed: Seed, address: Address) -> bool:
    return (
        seed.exists(address)
        and isinstance(seed.read(address), list)
        and len(seed.read(address)) == 1
    )


def _renamed(record: Any, number: int, depth: int) -> Any:
    if not isinstance(record, dict) or depth == 0:
        return record
    return {key: _other(key, value, number, depth) for key, value in record.items()}


def _other(key: str, value: Any, number: int, depth: int) -> Any:
    if isinstance(value, dict):
        return _renamed(value, number, depth - 1)
    if not isinstance(value, str) or not _NAMES.search(key):
        return value
    # Same length and alphabet; a digit stays a digit, so that sequence numbers stay numbers.
    tail = _TAIL.search(value)
    if tail is None:
        return value
    width = len(tail.group(0))
    digits = f"{number:0{width}d}" if value[-width:].isdigit() else f"{number:0{width}x}"
    return value[:-width] + digits[-width:]
