"""The functions that a state machine calls, and what it hands to each.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.discovery.loading import load_document
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import Resource, Stack
from harness.discovery.targets import target_function
from harness.errors import UsageError

_DEFINITIONS = ("Definition", "DefinitionString", "DefinitionUri")
# Machines within a state.
_INNER = ("ItemProcessor", "Iterator", "Branches")
_ITEM = ("$$.Map.Item", "$states.context.Map.Item")


@dataclass(frozen=True, slots=True)
class Called:
    """A function that a machine calls.

    `first`: its state is the machine's first, so that the execution's input is its event. `words`
    say what else its event is: an item of a map, a batch of them, an error caught, a task token.
    """

    function: Resource
    first: bool
    words: Mapping[str, str]


def called_functions(stack: Stack, machine: Resource) -> list[Called]:
    """Each function of the machine, once for each kind of event which it gets."""
    substituted = mapping(machine.properties.get("DefinitionSubstitutions"))
    found: dict[tuple[str, str], Called] = {}

    def add(function: Resource | None, first: bool, words: Mapping[str, str]) -> None:
        if function is None:
            return
        place = (function.name, json.dumps(words, sort_keys=True))
        known = found.get(place)
        first = first or (known is not None and known.first)
        found[place] = Called(function=function, first=first, words=words)

    texts: list[str] = []
    for key in _DEFINITIONS:
        definition = _read(stack, machine, machine.properties.get(key))
        texts.extend(_strings(definition))
        for state, first, words in _states(mapping(definition), first=True, words={}):
            token = str(state.get("Resource", "")).endswith(".waitForTaskToken")
            handed = {**words, "token": "true"} if token else words
            own = {key: value for key, value in state.items() if key not in _INNER}
            for text in _strings(own):
                named = text.removeprefix("${").removesuffix("}")
                add(target_function(stack, substituted.get(named, text)), first, handed)
    # What is named, but in no state that could be read.
    for value in (*substituted.values(), *texts):
        function = target_function(stack, value)
        if function is not None and not any(name == function.name for name, _ in found):
            add(function, False, {})
    return list(found.values())


def _read(stack: Stack, machine: Resource, definition: Any) -> Any:
    """A definition as it stands in the template, in a text, or in a file beside the template."""
    if isinstance(definition, str) and not definition.lstrip().startswith("{"):
        file = machine.path.parent / definition
        try:
            is_file = file.is_file()
        except OSError:
            is_file = False
        if not is_file:
            return definition
        try:
            return stack.resolver.resolve(load_document(file))
        except UsageError as error:
            stack.resolver.notes.append(f"{machine.name}: its definition is not read: {error}")
            return definition
    if isinstance(definition, str):
        try:
            return json.loads(definition)
        except ValueError:
            return definition
    return definition


def _states(
    machine: Mapping[str, Any], *, first: bool, words: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, Any], bool, Mapping[str, str]]]:
    """(state, whether it gets the execution's input, words of its input), inner machines too.

    What a state hands to the next one is not followed: only first states and those that catch an
    error are known by their input.
    """
    states = mapping(machine.get("States"))
    catchers = {
        str(catcher.get("Next"))
        for state in states.values()
        for catcher in mappings(mapping(state).get("Catch"))
        if catcher.get("ResultPath") in (None, "$") and "Output" not in catcher
    }
    for name, value in states.items():
        state = mapping(value)
        begins = name == machine.get("StartAt")
        given = words if begins else {"state": "catch"} if name in catchers else {}
        yield state, first and begins, given
        for branch in mappings(state.get("Branches")):
            yield from _states(branch, first=first and begins, words=given)
        inner = mapping(state.get("ItemProcessor") or state.get("Iterator"))
        if inner:
            yield from _states(inner, first=False, words=_item_words(state))


def _item_words(state: Mapping[str, Any]) -> dict[str, str]:
    """What a map hands to its first state; an item alone has whatever form it has."""
    if state.get("ItemBatcher"):
        return {"state": "batch"}
    selected = json.dumps(state.get("ItemSelector") or state.get("Parameters"), default=str)
    return {"state": "map"} if any(item in selected for item in _ITEM) else {}


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
