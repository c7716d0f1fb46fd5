"""Functions of Google Cloud as their code declares them, in Python and in JavaScript."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.decorated import Decorated, Decorator, decorated

# `functions.http('name', ...)`, `functions.cloudEvent('name', ...)` of the framework for Node.js.
_REGISTERED = re.compile(r"\b\w+\.(http|cloudEvent|typed)\(\s*['\"`]([\w$-]+)['\"`]")
# `exports.name = onObjectFinalized(`, `export const name = functions.onRequest(`, `(req, res) =>`
_EXPORTED = re.compile(
    r"^(?:module\.)?(?:exports\.|export\s+(?:const|let|var)\s+)([\w$]+)\s*=\s*"
    r"(?:(?:\w+\.)*(?P<maker>\w+)\(|(?:async\s*)?(?:function\s*\w*\s*)?\((?P<parameters>[^)]*)\))",
    re.MULTILINE,
)
_OPTION = re.compile(r"\b(\w+)\s*:\s*['\"]([^'\"]+)['\"]")
# What the samples of both generations call the parameters of a function that no decorator marks.
_REQUEST = ("request", "req")
_EVENT = ("event", "data", "message", "file", "cloud_event", "cloudevent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A function that a file declares. `type` is empty when the code does not say what it gets;
    `background` is the first generation's signature: (data, context)."""

    name: str
    path: Path
    line: int
    type: str
    facts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    background: bool = False
    marked: bool = True


def in_python(path: Path) -> Iterator[Declared]:
    """What is decorated, and what has their parameters: the latter counts (`marked`) only in a file
    without a decorator of theirs, else when somebody deploys it."""
    functions = list(decorated(path))
    marked = [(f, *known) for f in functions if (known := _known(f)) is not None]
    for function, decorator, kind in marked:
        yield Declared(
            name=function.name,
            path=path,
            line=function.line,
            type=kind,
            facts=_facts(decorator.arguments, decorator.positional),
            text=function.text,
        )
    for function in functions:
        if any(function is own for own, _, _ in marked):
            continue
        first, *rest = [*function.parameters, ""]
        if first in _REQUEST and rest == [""]:
            yield Declared(
                name=function.name, path=path, line=function.line, type="http", marked=not marked
            )
        elif first in _EVENT and [p for p in rest if p] == ["context"]:
            yield Declared(
                name=function.name,
                path=path,
                line=function.line,
                type="",
                text=function.text,
                background=True,
                marked=not marked,
            )


def _known(function: Decorated) -> tuple[Decorator, str] | None:
    for decorator in function.decorators:
        module = decorator.owner.rpartition(".")[2]
        entry = table()["decorators"].get(module, {}).get(decorator.name)
        if entry is None and not module:  # from functions_framework import http
            entry = table()["decorators"]["functions_framework"].get(decorator.name)
        if entry is not None:
            return decorator, entry["type"]
    return None


def _facts(arguments: Mapping[str, Any], positional: tuple[Any, ...]) -> dict[str, str]:
    names = table()["facts"]
    facts = {
        fact: value
        for argument, fact in names.items()
        if isinstance(value := arguments.get(argument), str)
    }
    if not facts and positional and isinstance(positional[0], str):
        facts = {"schedule": positional[0]}
    return facts


def in_javascript(path: Path) -> Iterator[Declared]:
    """What is registered with the framework, exported by Firebase's makers, or just exported."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = False
    for match in _REGISTERED.finditer(text):
        found = True
        kind = "" if match[1] == "cloudEvent" else "http"
        yield _javascript(path, text, match, match[2], kind)
    makers = _makers()
    for match in () if found else _EXPORTED.finditer(text):
        maker, parameters = match["maker"], match["parameters"]
        if maker in makers:
            yield _javascript(path, text, match, match[1], makers[maker])
        elif parameters is not None:
            names = [name.strip() for name in parameters.split(",") if name.strip()]
            if names and names[0] in _REQUEST and len(names) > 1:
                yield _javascript(path, text, match, match[1], "http")
            elif names and names[0] in _EVENT:
                yield _javascript(path, text, match, match[1], "", background=True)


def _javascript(
    path: Path, text: str, match: re.Match[str], name: str, kind: str, *, background: bool = False
) -> Declared:
    rest = text[match.end() :]
    following = re.search(r"^\S*(?:exports\.|export\s|\w+\.(?:http|cloudEvent)\()", rest, re.M)
    own = rest[: following.start()] if following else rest
    options = own.partition("=>")[0]
    facts = {n: v for n, v in _OPTION.findall(options) if n in table()["facts"].values()}
    direct = re.match(r"\s*['\"]([^'\"]+)['\"]", options)
    if direct is not None and kind and not facts:
        for family, fact in (("firestore", "document"), ("pubsub", "topic"), ("storage", "bucket")):
            facts |= {fact: direct[1]} if f".{family}." in kind else {}
    return Declared(
        name=name,
        path=path,
        line=text.count("\n", 0, match.start()) + 1,
        type=kind,
        facts=facts,
        text=own,
        background=background,
    )


@cache
def _makers() -> Mapping[str, str]:
    """Types by the name of Firebase's makers for Node.js (`onObjectFinalized`)."""
    found = {}
    for module in table()["decorators"].values():
        for name, entry in module.items():
            first, *rest = name.split("_")
            if rest:
                found[first + "".join(word.capitalize() for word in rest)] = str(entry["type"])
    return {name: kind for name, kind in found.items() if kind}


@cache
def table() -> dict[str, Any]:
    """What google.yaml holds."""
    text = Path(__file__).with_name("google.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
