"""What a function's own source tells of the events that it wants.

`constants` are candidates for what it compares with, and for names of fields. `paths` are the
addresses that its handler reads, followed through its routines without running it: a guess, to
begin with where reads cannot be seen. A language is a line in `_LANGUAGES`: the endings of its
files, `constants_of` and `module_of`, each of a file's text and ending.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.events.shapes.source import javascript, javascript_flow, python, python_flow, syntax
from harness.events.shapes.source.files import own_files, text_of
from harness.events.shapes.source.flow import Module, addresses_read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    endings: tuple[str, ...]
    constants_of: Callable[[bytes, str], Iterator[str]]
    module_of: Callable[[bytes, str], Module]


_LANGUAGES = (
    _Language(endings=(".py",), constants_of=python.constants_of, module_of=python_flow.module_of),
    _Language(
        endings=syntax.ENDINGS,
        constants_of=javascript.constants_of,
        module_of=javascript_flow.module_of,
    ),
)
# Files that are followed besides the handler's own.
_FILES = 100
_WORTH = re.compile(r"[\w.:/@+ -]{1,60}")
_LIMIT = 400


@lru_cache(maxsize=64)
def constants(code: Path) -> tuple[str, ...]:
    """Short constants of the source files in a code folder, in the order they stand.

    Of JavaScript and TypeScript also the properties that are read, and a text for each regular
    expression that is asked for. Files that do not parse give what can be made out of them.
    """
    found: dict[str, None] = {}
    for language in _LANGUAGES:
        for path in own_files(code, language.endings):
            for constant in language.constants_of(text_of(path), path.suffix):
                if _WORTH.fullmatch(constant):
                    found.setdefault(constant)
            if len(found) >= _LIMIT:
                break
    return tuple(found)[:_LIMIT]


@lru_cache(maxsize=64)
def paths(code: Path, handler: str) -> tuple[str, ...]:
    """Addresses that a handler ("app.main", "src/app.main") reads, in the form of `Address`.

    What holds a field comes before the field: `/body`, `/body!json`, `/body!json/items`,
    `/body!json/items/0`, `/body!json/items/0/sku`. Empty when the handler's file is not there.
    """
    module, _, name = handler.rpartition(".")
    for language in _LANGUAGES:
        files = list(own_files(code, language.endings))
        first = _file_of(code, module, files)
        if first is not None:
            others = [path for path in files if path != first][:_FILES]
            modules = [_module(language, path) for path in (first, *others)]
            return addresses_read(modules, name)
    return ()


def _module(language: _Language, path: Path) -> Module:
    try:
        return language.module_of(text_of(path), path.suffix)
    except RecursionError:  # expressions nested as only programs write them
        return Module()


def _file_of(code: Path, module: str, files: list[Path]) -> Path | None:
    """The file of a handler's module, or the one with its name where it was compiled from."""
    stems = (code / module, code / module.replace(".", "/"))
    exact = next((path for path in files if path.with_suffix("") in stems), None)
    named = [path for path in files if path.stem == Path(module).name]
    return exact or (named[0] if len(named) == 1 else None)
