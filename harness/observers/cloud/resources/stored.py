"""Secrets that an application keeps in tables and buckets, by the names that its code gives them.

A row gets a decoy only under a name that the code itself writes (`Item={"passwordHash": ...}`), a
bucket only an object that the code itself names (`Key="credentials/partner.json"`): elsewhere such
a value would be nobody's secret.
"""

import os
import re
from collections.abc import Callable, Iterator
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
_TENANT = re.compile(
    r"(tenant|customer|client|account|member|user|owner|org(ani[sz]ation)?)(_?(id|name|key|no))?",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"text|note|message|body|content|comment|title|descri|summary|question|answer|subject|history",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\bKey[\"']?\s*[:=]\s*[\"'`](?P<key>[\w./-]*"
    r"(?:secret|credential|password|passwd|private|\.env\b|\.pem\b)[\w./-]*)[\"'`]",
    re.IGNORECASE,
)
_Names = Callable[[str], Iterator[str]]
_VALUE = "long enough for a secret"


def secret_columns(application: Application, table: str) -> tuple[str, ...]:
    """Names, sorted, of the secrets that the functions of an application store in a table."""
    return _told(application, table, _names)


def columns(application: Application, table: str) -> tuple[str, ...]:
    """Names, sorted, of all that the functions of an application store in a table."""
    return _told(application, table, _all_names)


def is_prose(name: str) -> bool:
    """Whether a column surely holds text that people wrote: no code reads a number there."""
    return _PROSE.search(name) is not None


def is_tenant(name: str) -> bool:
    """Whether a column says whose a row is."""
    return _TENANT.fullmatch(name) is not None


def secret_objects(application: Application, bucket: str) -> tuple[str, ...]:
    """Keys, sorted, of the objects with credentials that the functions read from a bucket."""
    return _told(application, bucket, _keys)


def _told(application: Application, resource: str, names: _Names) -> tuple[str, ...]:
    """What sources name that name the resource too, or whose functions are told it."""
    found: set[str] = set()
    for function in application.functions:
        if function.code is None:
            continue
        told = any(resource == value.rpartition("/")[2] for value in function.environment.values())
        for text, named in _read(function.code, names):
            if told or re.search(rf"[\"'`]{re.escape(resource)}[\"'`]", text):
                found |= named
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def _read(code: Path, names: _Names) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sources in which there are such names, and the names."""
    found = []
    for path in _sources(code):
        text = path.read_text("utf-8", "replace")
        named = frozenset(names(text))
        if named:
            found.append((text, named))
    return tuple(found)


def _all_names(text: str) -> Iterator[str]:
    for match in _ITEM.finditer(text):
        item = _braces(text[match.end() - 1 : match.end() + _INSIDE])
        for key in _KEY.finditer(item):
            yield key["quoted"] or key["plain"]


def _names(text: str) -> Iterator[str]:
    return (name for name in _all_names(text) if secret_of(name, _VALUE) is not None)


def _keys(text: str) -> Iterator[str]:
    return (match["key"] for match in _OBJECT.finditer(text))


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
            if path.suffix in _SOURCES and path.is_file() and path.stat().st_size <= _LARGEST:
                found.append(path)
                if len(found) == _FILES:
                    return found
    return found
