"""Columns of tables that hold secrets, by the names under which the application stores them.

A row gets a decoy only under a name that the code itself writes (`Item={"passwordHash": ...}`): in
any other table an attribute of that name would be nobody's secret.
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from harness.deployed.secrecy import secret_of
from harness.model import Application

_SOURCES = (".py", ".js", ".mjs", ".cjs", ".ts")
_FILES = 200
_LARGEST = 256 << 10
_ITEM = re.compile(r"\bItem[\"']?\s*[:=]\s*[\w.(]*\{")
_INSIDE = 2000
# A key with its value, or a name that is both, as JavaScript has it.
_KEY = re.compile(r"[{,]\s*(?:[\"'](?P<quoted>\w+)[\"']\s*:|(?P<plain>[A-Za-z_]\w*)\s*(?=[:,}]))")
_VALUE = "long enough for a secret"


def secret_columns(application: Application, table: str) -> tuple[str, ...]:
    """Names, sorted, of the secrets that the functions of an application store in a table."""
    found: set[str] = set()
    for function in application.functions:
        if function.code is None:
            continue
        told = any(table == value.rpartition("/")[2] for value in function.environment.values())
        for text, names in _stored(function.code):
            if told or re.search(rf"[\"'`]{re.escape(table)}[\"'`]", text):
                found |= names
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def _stored(code: Path) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sources that store items with secrets, and the names of these."""
    found = []
    for path in _sources(code):
        text = path.read_text("utf-8", "replace")
        names = frozenset(_names(text))
        if names:
            found.append((text, names))
    return tuple(found)


def _names(text: str) -> Iterator[str]:
    for match in _ITEM.finditer(text):
        item = _braces(text[match.end() - 1 : match.end() + _INSIDE])
        for key in _KEY.finditer(item):
            name = key["quoted"] or key["plain"]
            if secret_of(name, _VALUE) is not None:
                yield name


def _braces(text: str) -> str:
    """From an opening brace to the one that closes it."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return text[: at + 1]
    return text


def _sources(code: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(code):
        folders[:] = sorted(f for f in folders if f != "node_modules" and not f.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix in _SOURCES and path.stat().st_size <= _LARGEST:
                found.append(path)
                if len(found) == _FILES:
                    return found
    return found
