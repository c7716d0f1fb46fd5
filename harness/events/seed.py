"""A seed: the benign event from which every attack on one trigger of one function starts."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from harness.codecs.base import CodecError
from harness.events import inject
from harness.events.shapes.described import described, path_values
from harness.model import (
    Address,
    AttackerControl,
    EventTemplate,
    Function,
    InsertionPoint,
    OpenContainer,
    Trigger,
)

_ROUTE_PARAMETER = re.compile(r"\{([^}+]+)\+?\}")
_SAMPLE = "sample"
# Where an HTTP event has the values of its route's parameters, by response contract.
_PATH_PARAMETERS = {
    "http-v1": Address.parse("/pathParameters"),
    "http-v2": Address.parse("/pathParameters"),
    "azure-http": Address.parse("/Data/req/Params"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A benign event of one trigger, its state, and its insertion points.

    `variant` says what shape learning changed ("type=invoice"), for people. `records` is how many
    records its batch holds; points and state name the first of them.
    """

    function: Function
    trigger: Trigger
    template: EventTemplate
    event: Any
    state: Mapping[str, Mapping[str, Any]]
    points: tuple[InsertionPoint, ...]
    variant: str = ""
    records: int = 1

    def read(self, address: Address) -> Any:
        """The decoded value at an address of the event or the state. Raises AddressError."""
        if address.state is None:
            return inject.read(self.event, address)
        return inject.read(self.state[address.state], Address(address.steps))

    def exists(self, address: Address) -> bool:
        """Whether something is at the address, and decodes."""
        try:
            self.read(address)
        except (inject.AddressError, CodecError, KeyError):
            return False
        return True

    def written(self, address: Address, value: Any) -> "Seed":
        """A copy with another value at the address. Raises AddressError or CodecError."""
        if address.state is None:
            return replace(self, event=inject.write(self.event, address, value))
        item = inject.write(self.state[address.state], Address(address.steps), value)
        return replace(self, state={**self.state, address.state: item})

    def written_all(self, values: Sequence[tuple[Address, Any]]) -> "Seed":
        """A copy with other values at several addresses. Raises AddressError or CodecError."""
        inside = [pair for pair in values if pair[0].state is None]
        seed = self
        if inside:
            seed = replace(self, event=inject.write_all(self.event, inside))
        for address, value in values:
            if address.state is not None:
                seed = seed.written(address, value)
        return seed


def make_seed(template: EventTemplate, trigger: Trigger, function: Function) -> Seed:
    """The template's event with the trigger's facts bound into it, and its insertion points.

    What the trigger's schemas say of it (`events/shapes/described.py`) is in it too.
    """
    facts = dict(trigger.facts)
    parameters = _ROUTE_PARAMETER.findall(facts.get("path", ""))
    values = dict.fromkeys(parameters, _SAMPLE) | {
        name: value for name, value in path_values(facts).items() if name in parameters
    }
    if "path" in facts:
        facts["request_path"] = _ROUTE_PARAMETER.sub(
            lambda parameter: quote(values[parameter.group(1)], safe=""), facts["path"]
        )
    if facts.get("method") in ("ANY", "*"):
        facts["method"] = "POST"
    if "input" in facts:
        return _static_input(template, trigger, function, facts["input"])
    event: Any = template.event
    for binding in template.bindings:
        names = re.findall(r"\{(\w+)\}", binding.form)
        if all(name in facts for name in names):
            text = re.sub(r"\{(\w+)\}", lambda m: facts[m.group(1)], binding.form)
            event = inject.write(event, binding.address, text)
    points = template.points
    if template.response.kind in _PATH_PARAMETERS:
        root = _PATH_PARAMETERS[template.response.kind]
        event, points = _route(event, points, values, root)
        if template.provider == "azure":  # a request that breaks a constraint finds no function
            constrained = {root.key(name) for name in path_values(facts)}
            points = tuple(point for point in points if point.address not in constrained)
    event, points = described(event, points, template, facts)
    return Seed(
        function=function,
        trigger=trigger,
        template=template,
        event=event,
        state={item.name: dict(item.value) for item in template.state},
        points=tuple(_typed(p) for p in points if _present(event, template, p)),
    )


def _static_input(template: EventTemplate, trigger: Trigger, function: Function, text: str) -> Seed:
    """A schedule with an Input of its own sends just that; its fields are its operator's."""
    try:
        event = json.loads(text)
    except ValueError:
        event = text
    root = Address(())
    everything = OpenContainer(address=root, control=AttackerControl.OPERATOR, json=True)
    points = tuple(
        InsertionPoint(address=leaf, control=AttackerControl.OPERATOR, json=True)
        for leaf, _ in inject.walk_leaves(event, root)
    )
    return Seed(
        function=function,
        trigger=trigger,
        template=replace(template, open=(everything,)),
        event=event,
        state={},
        points=points,
    )


def _route(
    event: Any, points: tuple[InsertionPoint, ...], values: dict[str, str], root: Address
) -> tuple[Any, tuple[InsertionPoint, ...]]:
    """Give an HTTP event the path parameters which its route declares, and no others."""
    try:
        old = inject.read(event, root)
    except inject.AddressError:
        return event, points
    length = len(root.steps)
    kept = tuple(point for point in points if point.address.steps[:length] != root.steps)
    # API Gateway sends null where there are none.
    none: dict[str, str] | None = None if root == _PATH_PARAMETERS["http-v1"] else {}
    event = inject.write(event, root, values or none) if values or old else event
    added = tuple(
        InsertionPoint(address=root.key(name), control=AttackerControl.ANYONE) for name in values
    )
    return event, (*added, *kept)


def _typed(point: InsertionPoint) -> InsertionPoint:
    """A field inside JSON text holds any JSON value."""
    inside = ("codec", "json") in point.address.steps and point.address.steps[-1][0] == "key"
    return replace(point, json=True) if inside else point


def _present(event: Any, template: EventTemplate, point: InsertionPoint) -> bool:
    if point.address.state is not None:
        return any(item.name == point.address.state for item in template.state)
    try:
        inject.read(event, point.address)
    except (inject.AddressError, CodecError):
        return False
    return True
