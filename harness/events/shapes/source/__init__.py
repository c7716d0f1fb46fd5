"""What a function's own source tells of the events that it wants.

`constants` are candidates for what it compares with, and for names of fields. `paths` are the
addresses that its handler reads, followed through its routines without running it: a guess, to
begin with where reads cannot be seen. A language is a line in `_LANGUAGES`: the endings of its
files, and `constants_of`, `patterns_of`, `module_of`, `imports_of`, each of a text and an ending.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.events.shapes.source import javascript, javascript_flow, python, python_flow, syntax
from harness.events.shapes.source.files import file_of, own_files, reached, text_of
from harness.events.shapes.source.flow import Module, addresses_read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    endings: tuple[str, ...]
    constants_of: Callable[[bytes, str], Iterator[str]]
    patterns_of: Callable[[bytes, str], Iterator[str]]
    module_of: Callable[[bytes, str], Module]
    imports_of: Callable[[bytes, str], Iterator[str]]


_LANGUAGES = (
    _Language(
        endings=(".py",),
        constants_of=python.constants_of,
        patterns_of=python.patterns_of,
        module_of=python_flow.module_of,
        imports_of=python.imports_of,
    ),
    _Language(
        endings=syntax.ENDINGS,
        constants_of=javascript.constants_of,
        patterns_of=javascript.patterns_of,
        module_of=javascript_flow.module_of,
        imports_of=javascript.imports_of,
    ),
)
# Files of one function that are looked at.
_FILES = 100
_WORTH = re.compile(r"[\w.:/@+ -]{1,60}")
_LIMIT = 400
_PATTERNS = 40


@lru_cache(maxsize=64)
def constants(code: Path, handler: str = "") -> tuple[str, ...]:
    """Short constants of the source files in a code folder, in the order they stand.

    With a handler ("app.main", "src/app.main") only of its file and those it imports, its own
    first: folders are often shared by many functions. Of JavaScript and TypeScript also the
    properties that are read, and a text for each regular expression that is asked for. Files that
    do not parse give what can be made out of them.
    """
    found: dict[str, None] = {}
    for language, files in _sources(code, handler):
        for path in files:
            for constant in language.constants_of(text_of(path), path.suffix):
                if _WORTH.fullmatch(constant):
                    found.setdefault(constant)
            if len(found) >= _LIMIT:
                break
    return tuple(found)[:_LIMIT]


@lru_cache(maxsize=64)
def patterns(code: Path, handler: str = "") -> tuple[str, ...]:
    """The regular expressions of the same files, in Python's form."""
    found: dict[str, None] = {}
    for language, files in _sources(code, handler):
        for path in files:
            found |= dict.fromkeys(language.patterns_of(text_of(path), path.suffix))
    return tuple(found)[:_PATTERNS]


@lru_cache(maxsize=64)
def paths(code: Path, handler: str) -> tuple[str, ...]:
    """Addresses that a handler reads, in the form of `Address`.

    What holds a field comes before the field: `/body`, `/body!json`, `/body!json/items`,
    `/body!json/items/0`, `/body!json/items/0/sku`. Empty when the handler's file is not there.
    """
    sources = _sources(code, handler)
    if len(sources) != 1:  # no handler
        return ()
    language, files = sources[0]
    return addresses_read([_module(language, path) for path in files], handler.rpartition(".")[2])


def _sources(code: Path, handler: str) -> list[tuple[_Language, list[Path]]]:
    """The handler's language, and its file with those that it imports; without one, all files."""
    found = [(language, list(own_files(code, language.endings))) for language in _LANGUAGES]
    for language, files in found:
        first = file_of(code, handler.rpartition(".")[0], files) if handler else None
        if first is not None:
            return [(language, reached(code, first, files, language.imports_of)[:_FILES])]
    return found


def _module(language: _Language, path: Path) -> Module:
    try:
        return language.module_of(text_of(path), path.suffix)
    except RecursionError:  # expressions nested as only programs write them
        return Module()
