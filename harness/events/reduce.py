"""Shrinking an event: what is not needed to show a finding is taken out.

Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002)
over the mappings and lists of an event, outermost first, walking into the encodings on the way to
the insertion point. Pure: the caller says whether a smaller event still shows the finding.
"""

from collections.abc import Callable, Iterator
from typing import Any

from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.seed import Seed
from harness.model import Address

Shows = Callable[[Seed], bool]


def reduce(seed: Seed, kept: tuple[Address, ...], shows: Shows) -> Seed:
    """The smallest seed found for which `shows` is true. `kept` addresses are never removed."""
    smallest = seed
    visited: set[str] = set()
    while True:
        place = next((a for a in _places(smallest, kept) if str(a) not in visited), None)
        if place is None:
            return smallest
        visited.add(str(place))
        smallest = _without_children(smallest, place, kept, shows)


def _places(seed: Seed, kept: tuple[Address, ...]) -> Iterator[Address]:
    """Mappings and lists of the event, outermost first, also inside encodings of kept paths."""
    yield from _inside(seed.event, Address(()))
    for address in kept:
        for end in range(1, len(address.steps)):
            if address.steps[end - 1][0] == "codec":
                inner = Address(address.steps[:end], address.state)
                if seed.exists(inner):
                    yield from _inside(seed.read(inner), inner)


def _inside(value: Any, address: Address) -> Iterator[Address]:
    queue = [(value, address)]
    while queue:
        value, address = queue.pop(0)
        if isinstance(value, dict) and value:
            yield address
            queue += [(child, address.key(key)) for key, child in value.items()]
        elif isinstance(value, list) and len(value) > 1:
            yield address
            queue += [(child, address.key(index)) for index, child in enumerate(value)]
        elif isinstance(value, list):
            queue += [(child, address.key(index)) for index, child in enumerate(value)]


def _without_children(seed: Seed, place: Address, kept: tuple[Address, ...], shows: Shows) -> Seed:
    try:
        value = seed.read(place)
    except (AddressError, CodecError, KeyError):
        return seed
    if isinstance(value, list):
        # Positions must not move under a kept address, so a list is only cut from its end.
        needed = max((_position(a, place) for a in kept), default=-1)
        return _try(seed, place, value[: max(needed + 1, 1)], shows)
    if not isinstance(value, dict):
        return seed
    needed_keys = {a.steps[len(place.steps)][1] for a in kept if _below(a, place)}
    spare = [key for key in value if key not in needed_keys]
    size = len(spare)
    while size >= 1 and spare:
        for start in range(0, len(spare), size):
            chunk = set(spare[start : start + size])
            current = seed.read(place)
            tried = _try(seed, place, {k: v for k, v in current.items() if k not in chunk}, shows)
            seed = tried
        left = seed.read(place)
        spare = [key for key in spare if key in left]
        size //= 2
    return seed


def _try(seed: Seed, place: Address, value: Any, shows: Shows) -> Seed:
    try:
        smaller = seed.written(place, value)
        if smaller.event == seed.event and smaller.state == seed.state:
            return seed
        return smaller if shows(smaller) else seed
    except (AddressError, CodecError, TypeError):
        return seed


def _below(address: Address, place: Address) -> bool:
    size = len(place.steps)
    return (
        address.state == place.state
        and len(address.steps) > size
        and address.steps[:size] == place.steps
        and address.steps[size][0] == "key"
    )


def _position(address: Address, place: Address) -> int:
    if not _below(address, place):
        return -1
    key = address.steps[len(place.steps)][1]
    return int(key) if key.isdigit() else -1
