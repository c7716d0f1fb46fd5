"""Insertion points of a seed: which one an address belongs to, and what is written there."""

from dataclasses import replace
from typing import Any

from harness.codecs.base import CodecError
from harness.events import inject
from harness.events.seed import Seed
from harness.model import Address, AttackerControl, InsertionPoint


def with_point(seed: Seed, point: InsertionPoint) -> Seed:
    """The seed with one more insertion point, unless it has one at that address."""
    if any(known.address == point.address for known in seed.points):
        return seed
    return replace(seed, points=(*seed.points, point))


def control_of(seed: Seed, address: Address) -> InsertionPoint | None:
    """The insertion point that the address is, or lies inside of."""
    best: InsertionPoint | None = None
    for point in seed.points:
        steps = point.address.steps
        if (
            point.address.state == address.state
            and address.steps[: len(steps)] == steps
            and (best is None or len(steps) > len(best.address.steps))
        ):
            best = point
    return best


def writable(seed: Seed, address: Address) -> AttackerControl | None:
    """Who decides what stands at an address, None when nobody outside does."""
    point = control_of(seed, address)
    if point is not None:
        return point.control
    size = len(address.steps)
    inside = [(p.address.steps, p.control) for p in seed.points]
    inside += [(c.address.steps, c.control) for c in seed.template.open]
    for steps, control in inside:
        # A carrier whose inside is an attacker's (a key seen through its quoting, a cookie).
        if steps[:size] == address.steps and len(steps) > size and steps[size][0] == "codec":
            return control
    return None


def try_write(seed: Seed, address: Address, value: Any) -> Seed:
    """The seed with another value and its mirrors; the seed itself when it takes none."""
    try:
        written = seed.written(address, value)
        point = control_of(seed, address)
        if point is not None and point.address == address:
            for mirror in point.mirrors:
                written = written.written(mirror, value)
    except (CodecError, inject.AddressError, TypeError):
        return seed
    return written
