"""What an error message tells of the shape that the handler wanted.

This is all there is for a black-box target. The messages and their meaning are data: `errors.yaml`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from harness.codecs.base import CodecError
from harness.events import inject
from harness.events.seed import Seed
from harness.events.shapes.defaults import is_placeholder
from harness.events.shapes.hints import Hint, known_hints
from harness.events.shapes.reads import add_field, grow
from harness.events.shapes.samples import matching
from harness.model import Address, FieldRead, FunctionError

# type -> benign values of it, the likeliest first
_VALUES: dict[str, tuple[Any, ...]] = {
    "array": (["sample"], [{}]),
    "base64": ("c2FtcGxl", "e30="),
    "boolean": (True,),
    "date": ("2024-01-31",),
    "date-time": ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00", "2024-01-31"),
    "email": ("a@example.com",),
    "integer": (1, "1"),
    "json": ("{}", "[]"),
    "number": (1, "1"),
    "object": ({"sample": "sample"},),
    "string": ("sample",),
    "uri": ("https://example.com/a.png",),
    "uuid": ("3f2504e0-4f89-41d3-9a0c-0305e82c3301",),
}
# The last line of a traceback, or the first of a stack, in a log.
_LOGGED = re.compile(
    r"^(?:.*[\s:])?((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)): (.+)$", re.MULTILINE
)
# Each candidate costs an invocation.
_CANDIDATES = 80
_PLACES = 8
_LOGS = 20_000


def fields_named(error: FunctionError) -> tuple[str, ...]:
    """Names of fields that the error names."""
    return tuple(dict.fromkeys(hint.field for hint in known_hints().of(error) if hint.field))


def logged(logs: str) -> FunctionError | None:
    """The last error that a handler caught and logged with its message; None when there is none."""
    found = _LOGGED.findall(logs[-_LOGS:])
    return (
        FunctionError(type=found[-1][0].rpartition(".")[2], message=found[-1][1]) if found else None
    )


def from_error(seed: Seed, error: FunctionError) -> Iterator[Seed]:
    """Seeds in which what the error complains of is mended, in each way that it may mean.

    A named field is added at each place where an attacker could add it, or given the type that was
    wanted where it stands; a value that was refused is exchanged. At most 80, the likeliest first.
    """
    seen: set[str] = set()
    for grown in islice(_mended(seed, error), _CANDIDATES):
        key = repr((grown.event, grown.state))
        if grown is not seed and key not in seen:
            seen.add(key)
            yield grown


def settled(before: FunctionError, after: FunctionError | None) -> bool:
    """Whether an error's complaint is gone after the event was changed: a step towards its shape.

    Complaints are what the messages tell, not their words: a value that is refused again, only
    another one, is the same complaint. An error that tells nothing is never settled by another.
    """
    if after is None:
        return True
    old, new = _complaints(before), _complaints(after)
    return bool(old) and not old & new


def _complaints(error: FunctionError) -> frozenset[Hint]:
    return frozenset(
        replace(hint, value="any" if hint.value else "") for hint in known_hints().of(error)
    )


def open_places(seed: Seed) -> Iterator[Address]:
    """Every mapping of the event to which fields can be added, the most specific first."""
    seen: set[Address] = set()
    for point in sorted(seed.points, key=lambda p: -len(p.address.steps)):
        for candidate in _mappings(seed, point.address):
            if candidate not in seen:
                seen.add(candidate)
                yield candidate
    for container in seed.template.open:
        if container.address not in seen:
            seen.add(container.address)
            yield container.address


def _mappings(seed: Seed, address: Address) -> Iterator[Address]:
    for shown in (address, address.decoded("json"), Address(address.steps[:-1], address.state)):
        if seed.exists(shown) and isinstance(seed.read(shown), dict):
            yield shown


def _mended(seed: Seed, error: FunctionError) -> Iterator[Seed]:
    for hint in known_hints().of(error):
        if hint.value:
            yield from _exchanged(seed, _holding(seed, hint.value), hint)
        elif hint.path:
            there = list(islice(_standing(seed, hint), _PLACES))
            yield from _exchanged(seed, there, hint)
            if not there:
                yield from _added(seed, hint)
        elif hint.wanted:
            # The message says no more: any value that we made up may be meant.
            made_up = [a for a, value in _values(seed) if is_placeholder(value)]
            yield from _exchanged(seed, made_up[-_PLACES:], hint)


def _exchanged(seed: Seed, places: list[Address], hint: Hint) -> Iterator[Seed]:
    for place in places:
        for value in _candidates(hint):
            try:
                written = seed.written(place, value)
            except (inject.AddressError, CodecError, TypeError):
                continue
            label = f"{str(place).rsplit('/', 1)[-1]}={value!r}"[:60]
            yield replace(written, variant=label)


def _candidates(hint: Hint) -> tuple[Any, ...]:
    if hint.choices:
        return hint.choices
    if hint.regex:
        made = matching(hint.regex)
        return () if made is None else (made,)
    return _VALUES.get(hint.wanted, ())


def _standing(seed: Seed, hint: Hint) -> Iterator[Address]:
    """Where a field of the hint's path stands in the event, under an attacker's control."""
    wanted = hint.path if not hint.parent else (hint.parent, *hint.path)
    for address, _ in _values(seed):
        for end in range(len(address.steps), 0, -1):
            keys = [key for kind, key in address.steps[:end] if kind == "key"]
            if address.steps[end - 1][0] == "key" and tuple(keys[-len(wanted) :]) == wanted:
                yield Address(address.steps[:end], address.state)
                break


def _values(seed: Seed) -> Iterator[tuple[Address, Any]]:
    for point in seed.points:
        if seed.exists(point.address):
            yield point.address, seed.read(point.address)


def _holding(seed: Seed, value: str) -> list[Address]:
    """Where a value stands; a message may have cut it, or changed its case."""
    exact = [address for address, found in _values(seed) if str(found) == value]
    return exact or [
        address
        for address, found in _values(seed)
        if is_placeholder(found) and str(found).lower().startswith(value.lower())
    ]


def _added(seed: Seed, hint: Hint) -> Iterator[Seed]:
    """The field with all that is around it, at each place to which fields can be added."""
    places = list(open_places(seed))
    if hint.parent:
        named = [p for p in places if p.steps[-1:] == (("key", hint.parent),)]
        places = named or places
        path = hint.path if named else (hint.parent, *hint.path)
    else:
        path = hint.path
    for place in places:
        grown = _with_path(seed, place, path)
        if grown is seed:
            continue
        where = place
        for key in path:
            where = where.key(key)
        if hint.wanted != "string":
            yield from _exchanged(grown, [where], hint)
        yield grown


def _with_path(seed: Seed, place: Address, path: tuple[str, ...]) -> Seed:
    """The seed with `a/0/b` below a mapping: a mapping, in a list, in a mapping."""
    grown, where = seed, place
    for key, after in zip(path, (*path[1:], ""), strict=True):
        where = where.key(key)
        if not key.isdigit():
            grown = add_field(grown, where)
        if after:
            kind = "sequence" if after.isdigit() else "mapping"
            grown = grow(grown, [FieldRead(address=str(where), kind=kind)]).seed
    return grown if grown.exists(where) else seed
