"""An event pretty-printed as pieces, with the value at the insertion point marked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.reports.legible import Piece, escaped

_DEPTH = 60
# A shorter payload (`1`, `../`) would be marked where it stands by chance.
_TELLING = 8

_Keys = tuple[str, ...]


def printed(
    value: Any, *, path: _Keys | None = None, payload: str = "", limit: int = 16_000
) -> tuple[Piece, ...]:
    """`value` as indented JSON in pieces.

    `path` are the keys that lead to the value to mark (the carrier, when it is encoded there);
    inside it the `payload` alone is marked where it stands literally. The text without the piece of
    kind "cut" is the same JSON value, odd characters escaped.
    """
    needle = escaped(json.dumps(payload, ensure_ascii=False)[1:-1]) if payload else ""
    found: list[Piece] = []
    left = limit
    for piece in _merged(_value(value, (), path, needle, 0)):
        if len(piece.text) > left:
            found.append(Piece(piece.text[:left], piece.kind))
            found.append(Piece(f"... cut at {limit:,} characters", "cut"))
            break
        found.append(piece)
        left -= len(piece.text)
    return tuple(found)


def _value(value: Any, at: _Keys, path: _Keys | None, needle: str, depth: int) -> Iterator[Piece]:
    if depth > _DEPTH:
        yield Piece("... nested deeper than shown", "cut")
    elif at == path and not isinstance(value, str):
        yield Piece(_text(value, depth), "mark")
    elif isinstance(value, Mapping) and value:
        yield from _members(
            "{}",
            [(f"{_text(str(k), 0)}: ", str(k), v) for k, v in value.items()],
            at,
            path,
            needle,
            depth,
        )
    elif isinstance(value, (list, tuple)) and value:
        yield from _members(
            "[]", [("", str(i), v) for i, v in enumerate(value)], at, path, needle, depth
        )
    elif isinstance(value, str):
        yield from _string(_text(value, 0), at == path, needle)
    else:
        yield Piece(_text(value, 0))


def _members(
    brackets: str,
    members: Sequence[tuple[str, str, Any]],
    at: _Keys,
    path: _Keys | None,
    needle: str,
    depth: int,
) -> Iterator[Piece]:
    yield Piece(brackets[0])
    for number, (label, key, value) in enumerate(members):
        yield Piece(("," if number else "") + "\n" + "  " * (depth + 1))
        yield from _string(label, False, needle)
        yield from _value(value, (*at, key), path, needle, depth + 1)
    yield Piece("\n" + "  " * depth + brackets[1])


def _string(text: str, here: bool, needle: str) -> Iterator[Piece]:
    if needle and needle in text and (here or len(needle) >= _TELLING):
        before, *rest = text.split(needle)
        yield Piece(before)
        for part in rest:
            yield Piece(needle, "mark")
            yield Piece(part)
    else:
        yield Piece(text, "mark" if here else "")


def _text(value: Any, depth: int) -> str:
    dumped = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return escaped(dumped.replace("\n", "\n" + "  " * depth))


def _merged(found: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece, so that a page of many events stays light."""
    texts: list[str] = []
    kind = ""
    for piece in found:
        if piece.kind != kind and texts:
            yield Piece("".join(texts), kind)
            texts = []
        kind = piece.kind
        texts.append(piece.text)
    if texts:
        yield Piece("".join(texts), kind)
