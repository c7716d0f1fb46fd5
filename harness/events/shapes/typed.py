"""DynamoDB's typed values in an image: a field turns out to be a map, a number, a list.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from dataclasses import replace
from typing import Any

from harness.events.seed import Seed
from harness.model import Address, InsertionPoint, OpenContainer

# type -> (a benign value of it, where in that value an attacker's text stands)
TYPED_DEFAULTS: dict[str, tuple[Any, str]] = {
    "S": ("sample", ""),
    "N": ("1", ""),
    "B": ("c2FtcGxl", "!base64"),
    "BOOL": (True, ""),
    "NULL": (True, ""),
    "M": ({}, ""),
    "L": ([{"S": "sample"}], "/0/S"),
    "SS": (["sample"], "/0"),
    "NS": (["1"], "/0"),
    "BS": (["c2FtcGxl"], "/0!base64"),
}

_NUMBER = r"-?\d{1,38}(\.\d+)?([eE][+-]?\d{1,3})?"


def is_typed(seed: Seed, address: Address) -> bool:
    """Whether a typed value stands at the address, in a container of such values."""
    if not _container(seed, address) or not seed.exists(address):
        return False
    value = seed.read(address)
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in TYPED_DEFAULTS


def retyped(seed: Seed, address: Address, kind: str) -> Seed:
    """The seed with a value of another type at the address, and its insertion point moved."""
    default, inner = TYPED_DEFAULTS[kind]
    container = _container(seed, address)
    assert container is not None
    changed = seed.written(address, {kind: default})
    steps = address.steps
    points = tuple(p for p in seed.points if p.address.steps[: len(steps)] != steps)
    if not isinstance(default, (bool, dict)):
        where = Address((*steps, ("key", kind), *Address.parse(inner).steps), address.state)
        # The service refuses a number that is none, so such a text never arrives.
        pattern = _NUMBER if kind in ("N", "NS") else None
        point = InsertionPoint(
            address=where, control=container.control, pattern=pattern, learnt=True
        )
        points += (point,)
    return replace(changed, points=points)


def typed_container(seed: Seed, parent: Address) -> OpenContainer | None:
    """The container that a map inside a typed value is."""
    container = _container(seed, parent)
    if container is None or parent.steps[-1] != ("key", "M"):
        return None
    return replace(container, address=parent, mirrors=())


def _container(seed: Seed, address: Address) -> OpenContainer | None:
    for container in seed.template.open:
        steps = container.address.steps
        if (
            container.point == "/S"
            and len(address.steps) > len(steps)
            and address.steps[: len(steps)] == steps
        ):
            return container
    return None
