"""A value that takes the other side of a check, or one that a converter takes."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from harness.events.shapes.samples import matching

# What `other_side` knows of the kinds of FieldRead.
CHECKS = frozenset({"less", "greater", "length", "matches"})

_WHEN = datetime(2024, 1, 31, 12, 0, 0, tzinfo=UTC)
_LONGEST = 10_000
_FORMAT = "datetime "
_BEGINNING = re.compile(r"(\(\?[a-z]+[:)])*(\^|\\A)")
_END = re.compile(r"(\$|\\Z)\)*$")
# The pattern is the function's, and may take exponential time: nothing long is held against it.
_LONG = 40
_LONG_WORD = 16
# What a part of a text must be allowed to be to count as one that takes nearly any text.
_ANYTHING = ("sample '\"<>/../;$(1)", "sample '\"<>;$(1)", "sample ';$(1)", "sample$(1)")

# A converter, and a text that it takes on every Python.
_CONVERTERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "int": (int, "1"),
    "float": (float, "1"),
    "decimal": (Decimal, "1"),
    "uuid": (UUID, "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    "datetime": (datetime.fromisoformat, "2024-01-31T12:00:00+00:00"),
    "date": (date.fromisoformat, "2024-01-31"),
    "time": (time.fromisoformat, "12:00:00"),
}


def convertible(kind: str, current: str) -> str:
    """`current` if the converter of a read of kind `cast` takes it, else a text that it takes.

    Besides the names above, `datetime FORMAT` is the format of strptime.
    """
    try:
        if kind.startswith(_FORMAT):
            format = kind.removeprefix(_FORMAT)
            sample = _WHEN.strftime(format)
            datetime.strptime(current, format)
        elif kind in _CONVERTERS:
            convert, sample = _CONVERTERS[kind]
            convert(current)
    except (ValueError, InvalidOperation):
        return sample
    return current


def equal(value: Any, current: Any) -> Any:
    """The constant that `current` was compared with; a text that was read as a number stays one."""
    if isinstance(value, int | float) and not isinstance(value, bool) and isinstance(current, str):
        try:
            float(current)
        except ValueError:
            return value
        return str(value)
    return value


def other_side(kind: str, value: Any, current: Any) -> Any:
    """A value for which a check comes out otherwise than for `current`; None when there is none.

    `less` and `greater` compare with the number `value`, `length` asks for so many characters or
    items, `matches` for a text in which the regular expression is found.
    """
    if kind in ("less", "greater"):
        return _number(kind, value, current)
    if kind == "length":
        return _of_length(value, current)
    return _match(value, current)


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a short text. Raises re.error when it is not understood."""
    return len(text) <= _LONG and re.search(pattern, text) is not None


def framed(pattern: str, text: str) -> tuple[str, str] | None:
    """What stands before and after a part of a match that may be nearly any text.

    A handler that looks for `\\[case: (.+)\\]` uses what is in the brackets; one that asks for
    `\\d{2}` at the beginning may use what comes after it.
    """
    try:
        found = re.search(pattern, text) if len(text) <= _LONG else None
    except re.error:
        return None
    if found is None:
        return None
    spans = [found.span(group) for group in range(1, found.re.groups + 1)]
    places = [span for span in spans if span != (-1, -1)]
    # What is looked for anywhere in a text is seldom what the rest of it depends on.
    places += [(len(text), len(text))] * bool(_BEGINNING.match(pattern))
    places += [(0, 0)] * bool(_END.search(pattern))
    for anything in _ANYTHING:
        for start, end in places:
            before, after = text[:start], text[end:]
            again = re.search(pattern, before + anything + after)
            if again is None or (start, end) == (0, len(text)):
                continue
            taken = [again.group(group) for group in range(1, again.re.groups + 1)]
            if start == end or anything in taken:
                return before, after
    return None


def with_words(pattern: str, text: str, words: Iterable[str]) -> Iterator[str]:
    """The text with one of the words in place of each group of the match, where it fits."""
    found = re.search(pattern, text) if len(text) <= _LONG else None
    if found is None:
        return
    words = [word for word in words if len(word) <= _LONG_WORD]
    for group in range(found.re.groups, 0, -1):
        start, end = found.span(group)
        for word in words if start >= 0 else ():
            changed = text[:start] + word + text[end:]
            again = re.search(pattern, changed)
            if changed != text and again is not None and again.group(group) == word:
                yield changed


def _number(kind: str, limit: Any, current: Any) -> Any:
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        return None
    try:
        now = float(current)
    except (TypeError, ValueError):
        now = limit
    above = now <= limit if kind == "greater" else now < limit
    wanted = limit + 1 if above else limit - 1
    return str(wanted) if isinstance(current, str) else wanted


def _of_length(wanted: Any, current: Any) -> Any:
    if not isinstance(wanted, int) or not 0 < wanted <= _LONGEST or not current:
        return None
    if isinstance(current, str):
        return current[:wanted].ljust(wanted, "1" if current.isdigit() else "a")
    if isinstance(current, list):
        return (current * (wanted // len(current) + 1))[:wanted]
    return None


def _match(pattern: Any, current: Any) -> str | None:
    if not isinstance(pattern, str) or not isinstance(current, str):
        return None
    try:
        if re.fullmatch(pattern, current):
            return None
    except re.error:
        return None
    return matching(pattern)
