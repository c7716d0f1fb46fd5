"""DynamoDB's typed values in an image: a field turns out to be a map, a number, a list.

A handler may read them through what makes plain values of them (boto3's TypeDeserializer, the
SDK's `unmarshall`); what it reads of those is read of the image.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from harness.events.seed import Seed
from harness.events.shapes.defaults import CANDIDATES
from harness.events.shapes.points import try_write
from harness.model import Address, FieldRead, InsertionPoint, OpenContainer

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

_PLAIN = ("codec", "dynamodb")
_NUMBER = r"-?\d{1,38}(\.\d+)?([eE][+-]?\d{1,3})?"


def is_typed(seed: Seed, address: Address) -> bool:
    """Whether a typed value stands at the address, in a container of such values."""
    if not _container(seed, address) or not seed.exists(address):
        return False
    return _is_value(seed.read(address))


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


def retried(seed: Seed, address: Address) -> Iterator[Seed]:
    """The seed, and those in which the field at `address` has another value, of any type.

    Nothing empty: `value or default` takes that for no value.
    """
    yield seed
    if is_typed(seed, address):
        for kind in ("N", "BOOL", "L", "M"):
            yield retyped(seed, address, kind)
        address = address.key("S")
    if seed.exists(address):
        text = any(p.address == address and not p.json for p in seed.points)
        for value in sorted(CANDIDATES, key=lambda value: isinstance(value, str)):
            if isinstance(value, str) or (value and not text):
                yield try_write(seed, address, value)


def typed_reads(seed: Seed, reads: Iterable[FieldRead]) -> tuple[FieldRead, ...]:
    """The reads with those of plain values (`/NewImage!dynamodb/id`) told of the typed ones.

    What is not there is told without a type (`/NewImage/id`), what is with it (`/NewImage/id/S`).
    """
    found: dict[FieldRead, None] = {}
    for read in reads:
        told = read
        if "!dynamodb" in read.address:
            address = Address.parse(read.address)
            told = replace(read, address=str(_typed_address(seed, address)))
        elif read.kind == "decode" and read.value == "dynamodb":
            told = replace(read, kind="walked", value=None)
        found[told] = None
    return tuple(found)


def _typed_address(seed: Seed, address: Address) -> Address:
    """Where in an image the plain value stands that an address names."""
    at = address.steps.index(_PLAIN)
    where, rest = Address(address.steps[:at], address.state), list(address.steps[at + 1 :])
    value: Any = seed.read(where) if seed.exists(where) else None
    if _is_value(value):
        where, value = _inside(where, value)
    while rest and isinstance(value, dict | list) and rest[0][0] == "key":
        key = rest.pop(0)[1]
        where = where.key(key)
        if isinstance(value, list):
            value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
        else:
            value = value.get(key)
        if _is_value(value):
            where, value = _inside(where, value)
    return Address((*where.steps, *rest), where.state)


def _is_value(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in TYPED_DEFAULTS


def _inside(where: Address, value: dict[str, Any]) -> tuple[Address, Any]:
    kind, inner = next(iter(value.items()))
    return where.key(kind), inner


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
