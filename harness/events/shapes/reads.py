"""Growing a seed from what a learning invocation saw the handler read.

A missing field is added where an attacker could have added it, a value that is decoded becomes
decodable and its inside an insertion point, a value that is compared gives a variant of the seed
for each constant it was compared with.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from harness.codecs import CODECS
from harness.codecs.base import CodecError
from harness.events import inject
from harness.events.seed import Seed
from harness.events.shapes.defaults import (
    PLACEHOLDER,
    inner_default,
    is_placeholder,
    named,
)
from harness.events.shapes.points import control_of, try_write, with_point, writable
from harness.events.shapes.samples import matching
from harness.events.shapes.satisfy import (
    CHECKS,
    convertible,
    equal,
    framed,
    matches,
    other_side,
    with_words,
)
from harness.events.shapes.typed import TYPED_DEFAULTS, is_typed, retyped, typed_container
from harness.model import Address, FieldRead, InsertionPoint, OpenContainer

_ROOT = Address(())
_AFFIXES = ("startswith", "contains", "endswith")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """`seed` has every field the handler asked for; `variants` take a branch each."""

    seed: Seed
    variants: tuple[Seed, ...]


def grow(seed: Seed, reads: Iterable[FieldRead]) -> Growth:
    """The seed after one learning invocation. `seed` is returned itself when nothing was new."""
    grown = seed
    variants: list[Seed] = []
    compared: list[tuple[Address, str, Any]] = []
    iterated: list[Address] = []
    reads = tuple(reads)
    answered = {r.address.rpartition("/")[0] for r in reads if r.kind == "present" and _types(r)}
    for read in reads:
        address = Address.parse(read.address)
        if read.kind == "missing":
            # An SDK that a typed value is handed to asks for each type in turn.
            if not (_types(read) and read.address.rpartition("/")[0] in answered):
                grown = add_field(grown, address, read.value)
        elif read.kind in ("mapping", "sequence"):
            wanted: Any = [PLACEHOLDER]
            if read.kind == "mapping":
                # Not empty: an empty mapping is falsy, and `value or {}` would replace it.
                wanted = {PLACEHOLDER: PLACEHOLDER}
            grown = _retype(grown, address, wanted)
        elif read.kind == "cast":
            grown = _castable(grown, address, str(read.value))
        elif read.kind == "decode":
            grown = _decodable(grown, address, str(read.value))
        elif read.kind == "walked":
            continue  # that it was gone through is all there is to know
        elif read.kind == "iterated" or _made_empty(grown, address):
            iterated.append(address)
        elif read.kind in ("equals", *_AFFIXES) or read.kind in CHECKS:
            compared.append((address, read.kind, read.value))
    for address in iterated:
        variants.extend(_listed(grown, address))
    for address, kind, value in compared:
        variants.extend(_compared(grown, address, kind, value))
    return Growth(seed=grown, variants=tuple(variants))


def _types(read: FieldRead) -> bool:
    """Whether a read asks for one of the types of DynamoDB's values."""
    return read.address.rpartition("/")[2] in TYPED_DEFAULTS


def add_field(seed: Seed, address: Address, value: Any = None) -> Seed:
    """Add a field that the handler asked for, where whoever causes the event could add it."""
    if not address.steps or seed.exists(address):
        return seed
    kind, key = address.steps[-1]
    if kind != "key":
        return seed
    parent = Address(address.steps[:-1], address.state)
    if is_typed(seed, parent) and key in TYPED_DEFAULTS:
        return retyped(seed, parent, key)
    container = _container(seed, parent)
    if container is None:
        return seed
    filled = named(container.value, key)
    if value is not None and (container.value == PLACEHOLDER):
        filled = value if container.json else str(value)
    try:
        holder = seed.read(parent)
        if holder is None or (isinstance(holder, dict) and holder == {PLACEHOLDER: PLACEHOLDER}):
            seed = seed.written(parent, {})
        grown = seed.written(address, filled)
        mirrors = tuple(Address.parse(m.replace("{key}", _segment(key))) for m in container.mirrors)
        for mirror in mirrors:
            grown = _mirrored(grown, mirror, filled)
    except (CodecError, inject.AddressError, TypeError):
        return seed
    inner = Address.parse(container.point)
    point = InsertionPoint(
        address=Address((*address.steps, *inner.steps), address.state),
        control=container.control,
        mirrors=mirrors,
        json=container.json,
        max_bytes=container.max_bytes,
        pattern=container.pattern,
        learnt=True,
    )
    return with_point(grown, point)


def _container(seed: Seed, parent: Address) -> OpenContainer | None:
    """How fields are added to the mapping at `parent`; None when an attacker cannot."""
    for container in seed.template.open:
        if container.address == parent:
            return container
    nested = typed_container(seed, parent)
    if nested is not None:
        return nested
    whole = next((c for c in seed.template.open if c.address == _ROOT), None)
    if whole is not None and parent.state is None:
        return whole
    for container in seed.template.open:
        steps = container.address.steps
        if (
            container.point == ""
            and parent.state == container.address.state
            and parent.steps[: len(steps)] == steps
        ):
            return OpenContainer(address=parent, control=container.control, json=container.json)
    around = control_of(seed, parent)
    if around is None:
        return None
    inside_json = ("codec", "json") in parent.steps[len(around.address.steps) :]
    return OpenContainer(address=parent, control=around.control, json=around.json or inside_json)


def _mirrored(seed: Seed, mirror: Address, value: Any) -> Seed:
    """Write a mirror, making the list or mapping that holds it when the field is new."""
    kind, key = mirror.steps[-1]
    parent = Address(mirror.steps[:-1], mirror.state)
    if kind == "key" and not seed.exists(parent):
        return seed.written(parent, [value] if key == "0" else {key: value})
    return seed.written(mirror, value)


def _retype(seed: Seed, address: Address, value: Any) -> Seed:
    holder = Address(address.steps[:-1], address.state)
    if address.steps[-1:] == (("key", "S"),) and is_typed(seed, holder):
        return retyped(seed, holder, "M" if isinstance(value, dict) else "L")
    if writable(seed, address) is None or not seed.exists(address):
        return seed
    current = seed.read(address)
    if isinstance(current, type(value)):
        return seed
    if isinstance(value, list) and isinstance(current, (dict, str)) and not is_placeholder(current):
        value = [current]
    return try_write(seed, address, value)


def _castable(seed: Seed, address: Address, kind: str) -> Seed:
    if writable(seed, address) is None or not seed.exists(address):
        return seed
    current = seed.read(address)
    if not isinstance(current, str):
        return seed
    wanted = convertible(kind, current)
    return seed if wanted == current else try_write(seed, address, wanted)


def _decodable(seed: Seed, address: Address, codec: str) -> Seed:
    """Make the value decodable and its inside a set of insertion points."""
    point = control_of(seed, address)
    if point is None or codec not in CODECS or not seed.exists(address):
        return seed
    inside = address.decoded(codec)
    current = seed.read(address)
    # Our own placeholder may decode by chance, to rubbish.
    if is_placeholder(current) or not seed.exists(inside):
        inner = inner_default(codec, current)
        if codec == "json" and address.steps[-1:] and address.steps[-1][0] == "codec":
            # What other codecs give is recognised by its bytes: two are too few.
            inner = {PLACEHOLDER: PLACEHOLDER}
        seed = try_write(seed, address, _encoded(codec, inner))
    if not seed.exists(inside):
        return seed
    limited = point.pattern or point.max_bytes or point.carrier
    found = InsertionPoint(
        address=inside, control=point.control, learnt=True, carrier=point if limited else None
    )
    value = seed.read(inside)
    if isinstance(value, (dict, list)):
        for leaf, _ in inject.walk_leaves(value, inside):
            seed = with_point(seed, replace(found, address=leaf, json=codec == "json"))
        return seed
    return with_point(seed, found)


def _encoded(codec: str, value: Any) -> Any:
    try:
        encoded = CODECS[codec].encode(value, None)
    except CodecError:
        return value
    if isinstance(encoded, bytes):
        try:
            return encoded.decode("utf-8")
        except UnicodeDecodeError:
            return encoded
    return encoded


def _made_empty(seed: Seed, address: Address) -> bool:
    """Whether a list that was read is empty: what the handler wants of its items is not seen."""
    return seed.exists(address) and seed.read(address) == []


def _listed(seed: Seed, address: Address) -> list[Seed]:
    """Variants in which a text that was iterated over is a list, of texts or of mappings."""
    if writable(seed, address) is None or not seed.exists(address):
        return []
    if [kind == "key" and name.isdigit() for kind, name in address.steps[-2:]] == [True, True]:
        return []  # a list of lists is deep enough
    name = str(address).rsplit("/", 1)[-1]
    made = []
    for value, label in (([PLACEHOLDER], "a list of texts"), ([{}], "a list of mappings")):
        changed = try_write(seed, address, value)
        if changed is not seed:
            point = control_of(changed, address)
            if value == [PLACEHOLDER] and point is not None:
                item = replace(point, address=address.key("0"), mirrors=(), learnt=True)
                changed = with_point(changed, item)
            text = ", ".join(part for part in (seed.variant, f"{name}: {label}") if part)
            made.append(replace(changed, variant=text))
    return made


def _compared(seed: Seed, address: Address, kind: str, value: Any) -> list[Seed]:
    if writable(seed, address) is None or not seed.exists(address):
        return []
    current = seed.read(address)
    wanted: Any
    around: tuple[str, str] | None = None
    if kind in CHECKS:
        wanted = other_side(kind, value, current)
        if kind == "matches" and isinstance(text := wanted or current, str):
            around = framed(str(value), text)
            wanted = PLACEHOLDER.join(around) if around else wanted
    elif isinstance(value, str) and kind != "equals":
        if not isinstance(current, str) or not value or len(value) > 200:
            return []
        wanted = value + current if kind == "startswith" else current + value
    else:
        wanted = equal(value, current)
    if wanted in (current, None, "") or isinstance(wanted, dict):
        return []
    changed = _carrier(try_write(seed, address, wanted), address)
    if kind in _AFFIXES and changed is not seed:
        before, after = (str(value), "") if kind == "startswith" else ("", str(value))
        changed = _with_affix(changed, address, before, after)
    elif around is not None and changed is not seed:
        changed = _with_affix(changed, address, *around)
    name = str(address).rsplit("/", 1)[-1]
    label = f"{name}={wanted}" if isinstance(wanted, (str, int, float)) else name
    if changed is seed:
        return []
    variant = ", ".join(part for part in (seed.variant, label[:60]) if part)
    return [replace(changed, variant=variant)]


def patterned(seed: Seed, address: Address, pattern: str, words: Iterable[str]) -> Iterator[Seed]:
    """Seeds whose value at `address` matches a pattern, with words in place of its groups.

    A short value that matches already is kept.
    """
    current = seed.read(address)
    if not isinstance(current, str):
        return
    try:
        text = current if matches(pattern, current) else matching(pattern)
        values = [text, *with_words(pattern, text, words)] if text else []
    except re.error:
        return
    for value in values:
        changed = try_write(seed, address, value)
        around = framed(pattern, value)
        if around:
            changed = _with_affix(changed, address, *around)
        if changed != seed:
            yield changed


def _with_affix(seed: Seed, address: Address, before: str, after: str) -> Seed:
    """The seed whose point keeps the beginning and the end that the handler asked for."""
    points = tuple(
        replace(p, prefix=before or p.prefix, suffix=after or p.suffix)
        if p.address == address or _carries(p.address, address)
        else p
        for p in seed.points
    )
    return replace(seed, points=points)


def _carries(point: Address, address: Address) -> bool:
    """Whether a point is an address seen through text codecs only (`key!url` for `key`)."""
    size = len(address.steps)
    rest = point.steps[size:]
    return point.steps[:size] == address.steps and all(kind == "codec" for kind, _ in rest)


def _carrier(seed: Seed, address: Address) -> Seed:
    """After a carrier (a cookie) was written, its fields are insertion points."""
    for container in seed.template.open:
        steps = container.address.steps
        if steps[: len(address.steps)] == address.steps and len(steps) > len(address.steps):
            try:
                fields = seed.read(container.address)
            except (CodecError, inject.AddressError):
                continue
            for key in fields:
                seed = with_point(
                    seed,
                    InsertionPoint(
                        address=container.address.key(key),
                        control=container.control,
                        learnt=True,
                    ),
                )
    return seed


def _segment(key: str) -> str:
    return re.sub(r"[~/!]", lambda m: {"~": "~0", "/": "~1", "!": "~2"}[m.group(0)], key)
