"""What an error message tells of the event that was wanted, by the patterns in `errors.yaml`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from harness.catalogue.loading import Strict, read_document, validated
from harness.errors import UsageError
from harness.model import FunctionError

Wanted = Literal[
    "string", "integer", "number", "boolean", "object", "array",
    "json", "base64", "date", "date-time", "uuid", "email", "uri",
]  # fmt: skip
_GROUPS = frozenset({"field", "getter", "parent", "path", "wanted", "value", "choices", "regex"})
_SEGMENT = re.compile(r"""\["([^"]*)"\]|\['([^']*)'\]|\[(\d+)\]|"([^"]*)"|([\w-]+)""")
# A Java class in Jackson's chain of references: what matters stands in its brackets.
_CLASS = re.compile(r"[\w.$]+(?=\[)")
_WORD = re.compile(r"['\"]?([^'\",\[\](){}|]+?)['\"]?\s*(?:,|\||\bor\b|$)\s*")
# Longer messages repeat themselves; patterns look at no more than this.
_LONGEST = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What one message tells; see `errors.yaml` for the words. Empty where it tells nothing."""

    path: tuple[str, ...] = ()
    parent: str = ""
    wanted: str = ""
    value: str = ""
    choices: tuple[str, ...] = ()
    regex: str = ""

    @property
    def field(self) -> str:
        """The name of the field; "" when the message names none."""
        return self.path[-1] if self.path else ""


def _pattern(text: str) -> str:
    try:
        groups = set(re.compile(text).groupindex)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if groups - _GROUPS:
        raise ValueError(f"no group {min(groups - _GROUPS)!r}; known are {', '.join(_GROUPS)}")
    return text


PatternText = Annotated[str, AfterValidator(_pattern)]


class Gives(Strict):
    """What an entry's example tells."""

    field: str = ""
    path: tuple[str, ...] = ()
    parent: str = ""
    wanted: Wanted | Literal[""] = ""
    value: str = ""
    choices: tuple[str, ...] = ()
    regex: str = ""


class Entry(Strict):
    """A kind of message."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    type: PatternText = ""
    pattern: PatternText
    wanted: Wanted | Literal[""] = ""
    example: str
    gives: Gives


class _File(Strict):
    types: dict[Wanted, tuple[str, ...]]
    hints: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Hints:
    """The patterns of a file."""

    entries: tuple[Entry, ...]
    types: Mapping[str, str]

    def of(self, error: FunctionError) -> tuple[Hint, ...]:
        """Everything that an error tells, in the order of the entries."""
        found: dict[Hint, None] = {}
        for entry in self.entries:
            if not entry.type or re.fullmatch(entry.type, error.type):
                for hint in self.told(entry, error.message):
                    found.setdefault(hint)
        return tuple(found)

    def told(self, entry: Entry, message: str) -> Iterator[Hint]:
        """What a message tells by one entry."""
        for match in re.finditer(entry.pattern, message[:_LONGEST]):
            groups = {name: text or "" for name, text in match.groupdict().items()}
            path = _segments(groups.get("path", ""))
            field = _segments(groups.get("field", ""))[-1:]
            parent = _segments(groups.get("parent", ""))
            named = groups.get("wanted", "").lower()
            getter = groups.get("getter", "")
            if getter:
                field = (getter[:1].lower() + getter[1:],)
            yield Hint(
                path=(*path, *field),
                parent=next((key for key in reversed(parent) if not key.isdigit()), ""),
                wanted=self.types.get(named, entry.wanted),
                value=groups.get("value", ""),
                choices=tuple(w.strip() for w in _WORD.findall(groups.get("choices", "")) if w),
                regex=groups.get("regex", ""),
            )


def load_hints(path: Path) -> Hints:
    """The patterns of a file. Raises UsageError for what is wrong with it, with the line."""
    document = read_document(path)
    read = validated(_File, document)
    seen: set[str] = set()
    for at, entry in enumerate(read.hints):
        if entry.id in seen:
            raise UsageError(
                f"hints.{at}: id {entry.id} is there twice",
                path=path,
                line=document.line(("hints", at)),
                mend="give it another id",
            )
        seen.add(entry.id)
    types = {name: wanted for wanted, names in read.types.items() for name in names}
    return Hints(read.hints, types)


@cache
def known_hints() -> Hints:
    """The patterns that come with faasfuzz."""
    return load_hints(Path(__file__).with_name("errors.yaml"))


def _segments(text: str) -> tuple[str, ...]:
    """The keys of a path, or of an expression (`event.items`), in any of their forms."""
    if '["' in text:
        text = _CLASS.sub("", text)
    found: list[tuple[str, ...]] = _SEGMENT.findall(text.replace("->", " "))
    return tuple(next(part for part in parts if part) for parts in found if any(parts))
