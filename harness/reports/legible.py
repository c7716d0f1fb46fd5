"""Text of unknown origin as pieces a page can show: nothing invisible, nothing endless.

Characters that hide, reorder or break text (controls, bidirectional overrides of "Trojan Source",
CVE-2021-42574, zero-width characters, lone surrogates) become their code point in words, in a piece
of kind "odd". A piece of kind "mark" is what the reader should see first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_CUT = "... cut, {left} more characters"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of one kind: "" for plain, "mark", "odd" or "cut"."""

    text: str
    kind: str = ""


def pieces(text: str, *, marked: Sequence[str] = (), limit: int = 4000) -> tuple[Piece, ...]:
    """`text` in pieces, each literal occurrence of a string in `marked` as a piece of its own.

    At most `limit` characters are shown; a last piece of kind "cut" says how many are left.
    """
    shown = text[:limit]
    needles = [re.escape(needle) for needle in marked if needle]
    found: list[Piece] = []
    at = 0
    if needles:
        for match in re.finditer("|".join(needles), shown):
            found += _plain(shown[at : match.start()], "")
            found += _plain(match.group(), "mark")
            at = match.end()
    found += _plain(shown[at:], "")
    if len(text) > limit:
        found.append(Piece(_CUT.format(left=f"{len(text) - limit:,}"), "cut"))
    return tuple(found)


def legible(text: str, limit: int = 200) -> str:
    """`text` in one line for attributes and labels, with the odd characters as `<U+202E>`."""
    flat = " ".join(text[: limit * 4].split())
    words = _ODD.sub(lambda match: f"<{_code(match.group())}>", flat)
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def escaped(text: str) -> str:
    """The inside of a JSON string with odd characters as `\\uXXXX` escapes, still the same JSON."""
    return _ODD.sub(lambda match: _json_escape(match.group()), text)


def _plain(text: str, kind: str) -> list[Piece]:
    found = []
    at = 0
    for match in _ODD.finditer(text):
        if match.start() > at:
            found.append(Piece(text[at : match.start()], kind))
        found.append(Piece(_code(match.group()), "odd"))
        at = match.end()
    if at < len(text):
        found.append(Piece(text[at:], kind))
    return found


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(
        f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}" for at in range(0, len(units), 2)
    )
