"""Reading and writing values of an event by address, through every encoding on the way. Pure.

Writing copies only what lies along the path (structural sharing): this is the hot path.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from harness.codecs import CODECS, CodecError
from harness.model import Address

_DEPTH = 4
_DETECTED = ("json", "base64", "query", "url")


# Steps of an address, the value to be written there, and the address for the error message.
_Pending = tuple[tuple[tuple[str, str], ...], Any, Address]


class AddressError(LookupError):
    """Nothing is at the address, or nothing can be."""


def read(event: Any, address: Address) -> Any:
    """The decoded value at the address. Raises AddressError or CodecError."""
    value = event
    for kind, name in address.steps:
        value = CODECS[name].decode(value) if kind == "codec" else _child(value, name, address)
    return value


def write(event: Any, address: Address, value: Any) -> Any:
    """The event with another value at the address, re-encoded through every codec.

    A mapping's missing key is added; a list's position may be the one after its last. Raises
    AddressError, or CodecError when a carrier cannot hold the value.
    """
    return _write(event, address.steps, 0, value, address)


def write_all(event: Any, values: Sequence[tuple[Address, Any]]) -> Any:
    """The event with values at several addresses; what they share is taken apart only once.

    The same as one write() after the other, in order, where no address lies inside another one.
    Raises as write() does, and AddressError where one does.
    """
    if len(values) == 1:
        return write(event, *values[0])
    return _write_all(event, [(address.steps, value, address) for address, value in values], 0)


def remove(event: Any, address: Address) -> Any:
    """The event without what is at the address. Raises AddressError or CodecError."""
    parent = Address(address.steps[:-1])
    kind, name = address.steps[-1]
    holder = read(event, parent)
    if kind != "key":
        raise AddressError(f"{address}: a codec step cannot be removed")
    if isinstance(holder, dict) and name in holder:
        return write(event, parent, {k: v for k, v in holder.items() if k != name})
    if isinstance(holder, list) and name.isdigit() and int(name) < len(holder):
        return write(event, parent, [v for i, v in enumerate(holder) if i != int(name)])
    raise AddressError(f"nothing at {address}")


def walk_leaves(value: Any, address: Address) -> Iterator[tuple[Address, Any]]:
    """Every value that is neither a mapping nor a list, with its address."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk_leaves(item, address.key(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk_leaves(item, address.key(index))
    else:
        yield address, value


def unfold(value: Any, address: Address, depth: int = _DEPTH) -> Iterator[Address]:
    """Addresses of leaves, looking into strings that seem to hold an encoding."""
    for leaf, text in walk_leaves(value, address):
        yield leaf
        if depth == 0 or not isinstance(text, (str, bytes)):
            continue
        for name in _DETECTED:
            if CODECS[name].detect(text):
                try:
                    inside = CODECS[name].decode(text)
                except CodecError:
                    continue
                yield from unfold(inside, leaf.decoded(name), depth - 1)
                break


def _write(
    node: Any, steps: tuple[tuple[str, str], ...], at: int, value: Any, address: Address
) -> Any:
    if at == len(steps):
        return value
    kind, name = steps[at]
    if kind == "codec":
        if at + 1 == len(steps):
            return CODECS[name].encode(value, node)
        inside = _write(CODECS[name].decode(node), steps, at + 1, value, address)
        return CODECS[name].encode(inside, node)
    if isinstance(node, dict):
        changed = dict(node)
        if at + 1 == len(steps):
            changed[name] = value
        elif name in node:
            changed[name] = _write(node[name], steps, at + 1, value, address)
        else:
            raise AddressError(f"nothing at {address}: no {name!r}")
        return changed
    if isinstance(node, list) and name.isdigit() and int(name) <= len(node):
        index = int(name)
        if index == len(node):
            if at + 1 != len(steps):
                raise AddressError(f"nothing at {address}: the list ends before {index}")
            return [*node, value]
        items = list(node)
        items[index] = _write(node[index], steps, at + 1, value, address)
        return items
    raise AddressError(f"nothing at {address}: {name!r} is in no mapping or list")


def _write_all(node: Any, values: Sequence[_Pending], at: int) -> Any:
    if len(values) == 1:
        steps, value, address = values[0]
        return _write(node, steps, at, value, address)
    groups: dict[tuple[str, str], list[_Pending]] = {}
    for pending in values:
        if at == len(pending[0]):
            raise AddressError(f"{pending[2]} is written as a whole and inside at once")
        groups.setdefault(pending[0][at], []).append(pending)
    changed = node
    for (kind, name), group in groups.items():
        address = group[0][2]
        if kind == "codec":
            if len(groups) > 1:
                raise AddressError(f"{address} is written decoded and as it is at once")
            inside = _write_all(CODECS[name].decode(node), group, at + 1)
            return CODECS[name].encode(inside, node)
        if len(group) == 1:
            changed = _write(changed, group[0][0], at, group[0][1], address)
        else:
            inside = _write_all(_child(node, name, address), group, at + 1)
            changed = _write(changed, (*group[0][0][:at], (kind, name)), at, inside, address)
    return changed


def _child(value: Any, name: str, address: Address) -> Any:
    if isinstance(value, dict):
        if name in value:
            return value[name]
    elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
        return value[int(name)]
    raise AddressError(f"nothing at {address}: no {name!r}")
