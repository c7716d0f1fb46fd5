"""Bindings of Azure Functions: from decorators, as facts of a trigger, and the places they name."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.decorated import Decorated, Decorator
from harness.discovery.shapes import mapping, texts

_SETTING = re.compile(r"%([^%]+)%")
# `{id:int}`, `{id?}`, `{*rest}` of a route (ASP.NET's route templates) -> `{id}`, `{rest+}`.
_PARAMETER = re.compile(r"\{(\*{0,2})([^}:?=]+)(?::(\w+))?[^}]*\}")
_CONSTRAINTS = {
    "int": {"type": "integer"},
    "long": {"type": "integer"},
    "bool": {"type": "boolean"},
    "decimal": {"type": "number"},
    "double": {"type": "number"},
    "float": {"type": "number"},
    "guid": {"type": "string", "format": "uuid"},
}
_CLOUD_EVENT = re.compile(r"\bCloudEvent\b")


@dataclass(frozen=True, slots=True)
class Place:
    """A queue, container or topic that bindings name."""

    name: str
    kind: str


def bindings_of(function: Decorated) -> Iterator[dict[str, Any]]:
    """The bindings that a function's decorators declare, in function.json's words."""
    table = _table()
    for decorator in function.decorators:
        for section, direction in (("triggers", "in"), ("outputs", "out")):
            if decorator.name in table[section] and decorator.owner:
                yield _binding(decorator, table[section][decorator.name], direction)


def named(function: Decorated) -> str:
    """The function's name in Azure: `@app.function_name`'s, else its own."""
    for decorator in function.decorators:
        if decorator.name == "function_name":
            return str(decorator.value("name", 0) or function.name)
    return function.name


def _binding(decorator: Decorator, entry: Mapping[str, Any], direction: str) -> dict[str, Any]:
    names = {name: decorator.value(name, place) for place, name in enumerate(entry["names"])}
    given = {camel(name): value for name, value in {**decorator.arguments, **names}.items()}
    known = {name: value for name, value in given.items() if value is not None}
    return {**known, "type": entry["type"] or known.get("type", ""), "direction": direction}


def camel(name: str) -> str:
    """A parameter's name as function.json has it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def words_of(binding: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """The words that event templates claim; `parameters` are the function's annotations."""
    kind = str(binding["type"])
    kind = next((known for known in _table_types() if known.lower() == kind.lower()), kind)
    annotation = parameters.get(str(binding.get("argName") or binding.get("name")), "")
    if kind == "eventGridTrigger" and _CLOUD_EVENT.search(annotation):
        kind += ":cloudevents"
    words = {"azure": kind}
    if kind in ("eventHubTrigger", "serviceBusTrigger", "kafkaTrigger"):
        words["cardinality"] = str(binding.get("cardinality") or _cardinality(kind)).lower()
    return words


def _cardinality(kind: str) -> str:
    """What is meant when a binding does not say: function.json's default differs by trigger.

    https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-event-hubs-trigger
    """
    return "many" if kind == "eventHubTrigger" else "one"


def facts_of(
    binding: Mapping[str, Any], name: str, host: Mapping[str, Any], settings: Mapping[str, str]
) -> dict[str, str]:
    """Each text of the binding, and the whole route of one for HTTP."""
    facts = {"function_name": name}
    for key, value in binding.items():
        if isinstance(value, str) and key not in ("type", "direction", "name", "argName"):
            facts[_snake(key)] = resolved(value, settings)
    if str(binding["type"]).lower() == "httptrigger":
        http = mapping(mapping(host.get("extensions")).get("http"))
        prefix = str(http.get("routePrefix", "api")).strip("/")
        route = facts.get("route") or name
        typed = [_typed(match) for match in _PARAMETER.finditer(route) if match[3] in _CONSTRAINTS]
        if typed:
            facts["parameters_json"] = json.dumps(typed)
        route = _PARAMETER.sub(lambda m: f"{{{m[2]}{'+' if m[1] else ''}}}", route.strip("/"))
        facts["path"] = "/" + "/".join(part for part in (prefix, route) if part)
        methods = texts(binding.get("methods") or "ANY")
        facts["method"] = "POST" if "post" in map(str.lower, methods) else methods[0].upper()
    if "path" in facts and str(binding["type"]).lower() == "blobtrigger":
        facts["container"] = facts.pop("path").partition("/")[0]
    return facts


def _typed(parameter: re.Match[str]) -> dict[str, Any]:
    """A route's parameter with a constraint, as OpenAPI describes one."""
    return {"in": "path", "name": parameter[2], "schema": _CONSTRAINTS[parameter[3]]}


def resolved(text: str, settings: Mapping[str, str]) -> str:
    """A text with application settings in the place of `%NAME%`; unknown ones stay."""
    return _SETTING.sub(lambda match: settings.get(match[1], match[0]), text)


def place_of(binding: Mapping[str, Any], settings: Mapping[str, str]) -> Place | None:
    """The queue, container or topic that a binding reads from or writes to."""
    kind = str(binding["type"]).lower()
    for entry in _table()["places"]:
        if kind not in map(str.lower, entry["types"]):
            continue
        for key in entry["name"]:
            value = binding.get(key)
            if isinstance(value, str) and value:
                name = resolved(value, settings)
                return Place(name.partition("/")[0] if entry.get("first") else name, entry["kind"])
    return None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


@cache
def _table() -> dict[str, Any]:
    text = Path(__file__).with_name("azure.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def _table_types() -> frozenset[str]:
    """Binding types in their usual spelling: function.json takes any case."""
    return frozenset(entry["type"] for entry in _table()["triggers"].values() if entry["type"])
