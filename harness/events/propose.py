"""A template proposed for a captured event: who wrote which field, and through what encodings.

What is like an event that the catalogue has takes over what is known of it; the rest is told by
what strings hold, and is for a person to check.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.codecs import CODECS, CodecError
from harness.events.inject import AddressError, read, walk_leaves, write
from harness.model import Address, EventTemplate, InsertionPoint, OpenContainer

_DEPTH = 6
# The likeliest first; what merely could be one (a word that is base64 too) must prove itself.
_ORDER = ("json", "jwt", "gzip", "zlib", "base64", "base64url", "mime", "cookie", "form", "url")
_NAMED = {"cookie": re.compile("cookie", re.I), "form": re.compile("body|query|form", re.I)}
# Codecs whose inside a template can hold in the carrier's place and write back the same.
_WRITABLE = ("json", "gzip", "zlib", "base64", "base64url")
_MAIL = re.compile(r"(?:[A-Za-z-]+: [^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}\r?\n")
# Texts that a platform makes, and nobody outside chooses.
_MADE = re.compile(
    r"arn:aws[\w-]*:.*"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*"
    r"|[0-9a-f]{32,}"
    r"|[\d.:-]*"
    r"|(?:[a-z]{2}-){1,2}[a-z]+-\d",
    re.DOTALL,
)
_BATCHES = ("records", "messages", "events")
# Of the keys of an event and of a template, the share that both have for one to be like the other.
_ALIKE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`event` has what carriers hold in their place; `encode` lists those, the innermost first.

    `like` is the template of the catalogue that the event is like, None when it is like none.
    `records` is the address of a list whose entries are alike, of which only the first is kept.
    """

    event: Any
    encode: tuple[Address, ...]
    points: tuple[InsertionPoint, ...]
    like: EventTemplate | None
    records: Address | None


def propose(event: Any, templates: Iterable[EventTemplate]) -> Proposal:
    """Look into every string of a captured event."""
    like = _like(event, templates)
    records = like.batch.records if like is not None and like.batch else _repeated(event)
    if records is not None and all(kind == "key" for kind, _ in records.steps):
        try:
            event = write(event, records, read(event, records)[:1])
        except (AddressError, CodecError, TypeError):
            records = None
    found = list(_points(event, like))
    shown, encode = _decoded(event, Address(()))
    return Proposal(
        event=shown,
        encode=tuple(encode),
        points=tuple(found),
        like=like,
        records=records,
    )


def codec_of(value: Any, key: str = "") -> tuple[str, Any] | None:
    """The codec that a value is surely written in and what it holds; None for plain values.

    `key` is the field's name: `a=1; b=2` is a cookie where it is called so.
    """
    for name in _ORDER:
        wanted = _NAMED.get(name)
        if wanted is not None and not wanted.search(key):
            continue
        detected = _is_mail(value) if name == "mime" else CODECS[name].detect(value)
        if not detected:
            continue
        try:
            inside = CODECS[name].decode(value)
        except CodecError:
            continue
        if name not in ("base64", "base64url") or _holds_more(value, inside):
            return name, inside
    return None


def _is_mail(value: Any) -> bool:
    return isinstance(value, str) and _MAIL.match(value) is not None


def _holds_more(carrier: str, inside: Any) -> bool:
    """Whether what came out of base64 is worth it: another carrier, or text that reads."""
    if isinstance(inside, bytes):
        return codec_of(inside) is not None
    if len(inside) < 4 or not inside.isprintable() or not inside.isascii():
        return codec_of(inside) is not None
    # Eight letters of a word decode to six printable bytes now and then; a text has a space or
    # a mark, and its base64 has both cases.
    mixed = carrier != carrier.lower() and carrier != carrier.upper()
    return codec_of(inside) is not None or (mixed and re.search(r"[ .,:/_=@-]", inside) is not None)


def _leaves(value: Any, address: Address, depth: int = _DEPTH) -> Iterator[tuple[Address, Any]]:
    """(address, value) of every leaf, and of those inside of what leaves hold."""
    for leaf, held in walk_leaves(value, address):
        names = [name for kind, name in leaf.steps if kind == "key"]
        found = codec_of(held, names[-1] if names else "") if depth else None
        if found is None:
            yield leaf, held
            continue
        name, inside = found
        if name in ("json", "form") and isinstance(held, str):
            yield leaf, held  # whoever writes it may also write what does not decode
        yield from _leaves(inside, leaf.decoded(name), depth - 1)


def _points(event: Any, like: EventTemplate | None) -> Iterator[InsertionPoint]:
    """What is known of the like one first, then what it says nothing of."""
    known = [] if like is None else [p for p in like.points if _is_there(event, p.address)]
    yield from known
    taken = {point.address for point in known}
    for address, value in _leaves(event, Address(())):
        if address in taken:
            continue
        if like is None:
            if _written_by_someone(value, address):
                yield InsertionPoint(address=address)
        elif not _is_there(like.event, address):
            around = _around(address, like)
            if around is not None:
                yield InsertionPoint(address=address, control=around.control, json=around.json)
            elif _written_by_someone(value, address):
                yield InsertionPoint(address=address)


def _around(address: Address, like: EventTemplate) -> InsertionPoint | OpenContainer | None:
    """What is known to be written by somebody, and holds the address."""
    holders: tuple[InsertionPoint | OpenContainer, ...] = (*like.open, *like.points)
    for held in holders:
        if address.steps[: len(held.address.steps)] == held.address.steps:
            return held
    return None


def _written_by_someone(value: Any, address: Address) -> bool:
    """Whether a platform makes texts of that form; what stands in a carrier is somebody's."""
    carried = any(kind == "codec" for kind, _ in address.steps)
    return isinstance(value, str) and (carried or _MADE.fullmatch(value) is None)


def _is_there(event: Any, address: Address) -> bool:
    try:
        read(event, address)
    except (AddressError, CodecError):
        return False
    return address.state is None


def _decoded(value: Any, address: Address) -> tuple[Any, list[Address]]:
    """A value with what its carriers hold in their place, and the places."""
    if isinstance(value, dict):
        parts = {key: _decoded(item, address.key(key)) for key, item in value.items()}
        return {k: v for k, (v, _) in parts.items()}, [
            a for _, more in parts.values() for a in more
        ]
    if isinstance(value, list):
        items = [_decoded(item, address.key(index)) for index, item in enumerate(value)]
        return [v for v, _ in items], [a for _, more in items for a in more]
    codecs: list[str] = []
    inside = value
    while (found := codec_of(inside)) is not None and found[0] in _WRITABLE:
        codecs.append(found[0])
        inside = found[1]
    if not codecs or isinstance(inside, bytes):
        return value, []
    shown, more = _decoded(inside, address)
    for name in codecs:
        address = address.decoded(name)
    return shown, [*more, address]


def _repeated(event: Any) -> Address | None:
    """A list that is called like a batch, or is the whole event, of mappings of the same keys."""
    root = Address(())
    places = [(root, event)]
    if isinstance(event, dict):
        places += [(root.key(key), item) for key, item in event.items() if key.lower() in _BATCHES]
    for address, value in places:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            continue
        if len({tuple(sorted(map(str, item))) for item in value}) == 1:
            return address
    return None


def _like(event: Any, templates: Iterable[EventTemplate]) -> EventTemplate | None:
    own = _paths(event)
    scored = []
    for template in templates:
        theirs = _paths(template.event)
        # What somebody outside adds says nothing of the kind; each of the service's own keys does.
        kept = {path for path in own if path in theirs or not _open(path, template)}
        share = len(own & theirs) / len(kept | theirs) if theirs else 0.0
        scored.append((share, len(own & theirs), template))
    best = max(scored, key=lambda score: score[:2], default=None)
    return best[2] if best is not None and best[0] >= _ALIKE else None


def _open(path: tuple[str, ...], template: EventTemplate) -> bool:
    for held in template.open:
        keys = _keys(held.address)
        if path[: len(keys)] == keys:
            return True
    return False


def _keys(address: Address) -> tuple[str, ...]:
    return tuple("*" if name.isdigit() else name for _, name in address.steps)


def _paths(event: Any) -> frozenset[tuple[str, ...]]:
    """The keys of an event's mappings, whole paths, positions in lists aside.

    Constants that tell one service from another (`eventSource`) count as keys.
    """
    found = set()
    for address, value in _leaves(event, Address(())):
        keys = _keys(address)
        found |= {keys[:end] for end in range(1, len(keys) + 1)}
        if keys and keys[-1] in ("eventSource", "EventSource", "source", "type", "eventType"):
            found.add((*keys, f"={value}"))
    return frozenset(found)
