"""What an error message tells of the shape that the handler wanted.

This is all there is for a black-box target. The messages are those of CPython 3.8 to 3.14 and of
V8; each names a field, or says what type a value should have had.
"""

import re
from collections.abc import Iterator

from harness.events.seed import Seed
from harness.events.shapes.reads import add_field
from harness.model import Address, FunctionError

_FIELD = (
    re.compile(r"^'([^']{1,100})'$"),  # KeyError
    re.compile(r"KeyError: '([^']{1,100})'"),
    re.compile(r"reading '([^']{1,100})'"),  # TypeError of V8
    re.compile(r"(?:[Mm]issing|[Rr]equired)[^'\"`]{0,40}['\"`]([\w.-]{1,100})['\"`]"),
    re.compile(r"['\"`]([\w.-]{1,100})['\"`] (?:is (?:a )?(?:required|missing)|field required)"),
)


def fields_named(error: FunctionError) -> tuple[str, ...]:
    """Names of fields that the error says are missing."""
    found = []
    for pattern in _FIELD:
        found += pattern.findall(error.message)
    return tuple(dict.fromkeys(found))


def from_error(seed: Seed, error: FunctionError) -> Iterator[Seed]:
    """Seeds with the named field added at each place where an attacker could add it."""
    for name in fields_named(error):
        for parent in open_places(seed):
            grown = add_field(seed, parent.key(name))
            if grown is not seed:
                yield grown


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
