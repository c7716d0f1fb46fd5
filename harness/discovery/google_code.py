"""Functions of Google Cloud as their code declares them, in Python."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.decorated import Decorated, Decorator, decorated

# What the samples of both generations call the parameters of a function that no decorator marks.
REQUEST = ("request", "req")
EVENT = ("event", "data", "message", "file", "cloud_event", "cloudevent")


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
        if first in REQUEST and rest == [""]:
            yield Declared(
                name=function.name, path=path, line=function.line, type="http", marked=not marked
            )
        elif first in EVENT and [p for p in rest if p] == ["context"]:
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


@cache
def table() -> dict[str, Any]:
    """What google.yaml holds."""
    text = Path(__file__).with_name("google.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
