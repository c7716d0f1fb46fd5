"""Bringing into an event what its trigger's own schemas say of it: parameters, body, detail.

Facts of the trigger, each JSON text: `body_schema` and `detail_schema` are JSON Schemas without
references; `body_form` is "form" when the body is a form; `parameters_json` is a list of
`{"in": "query", "name": "page", "schema": {...}}`, in `path`, `query`, `header` or `cookie`.
`validated` ("body", "parameters" or both) names what the service refuses when it does not match:
a value outside of it can never arrive.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.codecs.base import CodecError
from harness.events import inject
from harness.events.shapes.schema import example, merged
from harness.model import Address, AttackerControl, EventTemplate, InsertionPoint

_PLACES = {"query": "/queryStringParameters", "header": "/headers"}

Described = tuple[Any, tuple[InsertionPoint, ...]]


def path_values(facts: Mapping[str, str]) -> dict[str, str]:
    """Values for a route's parameters, by their name."""
    return {
        str(parameter["name"]): _as_text(example(parameter.get("schema"), str(parameter["name"])))
        for parameter in _parameters(facts)
        if parameter.get("in") == "path"
    }


def described(
    event: Any,
    points: tuple[InsertionPoint, ...],
    template: EventTemplate,
    facts: Mapping[str, str],
) -> Described:
    """The event with values that its schemas ask for, each leaf of them an insertion point."""
    for parameter in _parameters(facts):
        event, points = _parameter(event, points, template, parameter)
    if "body_schema" in facts:
        strict = "body" in facts.get("validated", "")
        codec = facts.get("body_form", "json")
        at = Address.parse("/body").decoded(codec)
        event, points = _filled(event, points, at, facts["body_schema"], strict)
    if "detail_schema" in facts:
        at = Address.parse("/detail")
        event, points = _filled(event, points, at, facts["detail_schema"], strict=False)
    return event, points


def _filled(
    event: Any, points: tuple[InsertionPoint, ...], at: Address, text: str, strict: bool
) -> Described:
    """Put an example of a schema at an address, in place of what stands there."""
    schema = json.loads(text)
    value = example(schema)
    if at.steps[-1] == ("codec", "form"):
        value = {key: _as_text(item) for key, item in value.items()}
    inside = [p for p in points if p.address.steps[: len(at.steps)] == at.steps]
    kept = tuple(p for p in points if p not in inside)
    holder = next((p for p in kept if p.address.steps == at.steps[:-1]), None)
    if holder is None and at.steps[-1][0] == "codec":
        return event, points
    control = (holder or next(iter(inside), None) or _ANYBODY).control
    try:
        event = inject.write(event, at, value)
    except (inject.AddressError, CodecError, TypeError):
        return event, points
    typed = at.steps[-1] != ("codec", "form")
    made = tuple(
        replace(point, control=control, json=typed)
        for leaf, _ in inject.walk_leaves(value, at)
        for point in _point(leaf, _schema_at(schema, leaf.steps[len(at.steps) :]), strict)
    )
    return event, (*kept, *made)


def _point(leaf: Address, schema: Mapping[str, Any], strict: bool) -> Iterator[InsertionPoint]:
    """The insertion point of a leaf; none where the service lets no other text through."""
    if not strict:
        yield InsertionPoint(address=leaf)
        return
    fixed = "enum" in schema or "const" in schema
    if not fixed and schema.get("type", "string") in ("string", ["string", "null"]):
        pattern = schema.get("pattern")
        limit = schema.get("maxLength")
        yield InsertionPoint(
            address=leaf,
            pattern=f"(?s:.*)(?:{pattern})(?s:.*)" if isinstance(pattern, str) else None,
            max_bytes=int(limit) if isinstance(limit, int) else None,
        )


def _schema_at(schema: Any, steps: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    found = merged(schema)
    for _, key in steps:
        inside = found.get("properties")
        if isinstance(inside, dict) and key in inside:
            found = merged(inside[key])
        else:
            found = merged(found.get("items") or found.get("additionalProperties"))
    return found


def _parameter(
    event: Any,
    points: tuple[InsertionPoint, ...],
    template: EventTemplate,
    parameter: Mapping[str, Any],
) -> Described:
    name = str(parameter["name"])
    value = _as_text(example(parameter.get("schema"), name))
    if parameter.get("in") == "cookie":
        holder = next((c for c in template.open if ("codec", "cookie") in c.address.steps), None)
    else:
        at = _PLACES.get(str(parameter.get("in")), "-")
        holder = next((c for c in template.open if str(c.address) == at), None)
        if at == "/headers" and template.response.kind == "http-v2":
            name = name.lower()
    if holder is None:
        return event, points
    address = holder.address.key(name)
    mirrors = tuple(_mirror(name, mirror) for mirror in holder.mirrors)
    for place in (address, *mirrors):
        try:
            event = _written(event, place, value)
        except (inject.AddressError, CodecError, TypeError):
            return event, points
    if any(point.address == address for point in points):
        return event, points
    pattern = next((p.pattern for p in points if p.address.steps[:-1] == address.steps[:-1]), None)
    made = InsertionPoint(address=address, control=holder.control, mirrors=mirrors, pattern=pattern)
    return event, (*points, made)


def _mirror(name: str, mirror: str) -> Address:
    escaped = str(Address((("key", name),)))[1:]
    return Address.parse(mirror.replace("{key}", escaped))


def _written(event: Any, address: Address, value: str) -> Any:
    """The event with a value, in a mapping or list that may not be there yet."""
    parent = Address(address.steps[:-1])
    try:
        present = inject.read(event, parent)
    except inject.AddressError:
        present = None
    if not present:
        key = address.steps[-1][1]
        return inject.write(event, parent, [value] if key == "0" else {key: value})
    return inject.write(event, address, value)


def _parameters(facts: Mapping[str, str]) -> list[Mapping[str, Any]]:
    listed = json.loads(facts.get("parameters_json", "[]"))
    return [one for one in listed if isinstance(one, dict) and one.get("name")]


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):  # style "form", the default of query parameters
        return ",".join(_as_text(item) for item in value)
    return json.dumps(value)


_ANYBODY = InsertionPoint(address=Address(()), control=AttackerControl.SERVICE)
