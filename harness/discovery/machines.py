"""The functions that a state machine calls, and those which it begins with."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.shapes import mapping
from harness.discovery.stack import Resource, Stack
from harness.discovery.targets import target_function

# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
_DEFINITIONS = ("Definition", "DefinitionString")


def called_functions(stack: Stack, machine: Resource) -> dict[str, tuple[Resource, bool]]:
    """By name: each function of the machine, and whether its first state hands it the input."""
    substituted = mapping(machine.properties.get("DefinitionSubstitutions"))
    called: dict[str, tuple[Resource, bool]] = {}
    for value in substituted.values():
        _add(called, target_function(stack, value), first=False)
    for key in _DEFINITIONS:
        definition = machine.properties.get(key)
        for text in _strings(definition):
            _add(called, target_function(stack, text), first=False)
        for text in _strings(_first_state(definition)):
            named = text.removeprefix("${").removesuffix("}")
            _add(called, target_function(stack, substituted.get(named, text)), first=True)
    return called


def _add(
    called: dict[str, tuple[Resource, bool]], function: Resource | None, *, first: bool
) -> None:
    if function is not None:
        known = called.get(function.name)
        called[function.name] = (function, first or (known is not None and known[1]))


def _first_state(definition: Any) -> Mapping[str, Any]:
    if isinstance(definition, str):
        try:
            definition = json.loads(definition)
        except ValueError:
            return {}
    machine = mapping(definition)
    return mapping(mapping(machine.get("States")).get(str(machine.get("StartAt"))))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        # A definition as text has its ARNs between quotes.
        yield from value.split('"')
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
