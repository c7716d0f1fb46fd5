"""A realistic value for a JSON Schema, the same one each time.

JSON Schema of any draft, and OpenAPI's dialects of it (`nullable`, `example`, formats), without
references. https://json-schema.org/understanding-json-schema/reference
"""

import math
from collections.abc import Mapping
from typing import Any

from harness.events.shapes.defaults import placeholder
from harness.events.shapes.samples import matching

_DEEPEST = 8
_LONGEST_LIST = 20
_LONGEST_TEXT = 10_000
_FORMATS = {
    "binary": "sample",
    "byte": "c2FtcGxl",
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "duration": "P1D",
    "email": "a@example.com",
    "hostname": "example.com",
    "idn-email": "a@example.com",
    "idn-hostname": "example.com",
    "ipv4": "203.0.113.7",
    "ipv6": "2001:db8::7",
    "iri": "https://example.com/a",
    "json-pointer": "/a",
    "regex": "a+",
    "time": "12:00:00Z",
    "uri": "https://example.com/a",
    "uri-reference": "/a",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
}


def example(schema: Any, name: str = "") -> Any:
    """A value that the schema accepts, as its author would write one.

    What the schema gives itself (`example`, `default`, `const`, `enum`) comes first. All properties
    are there, not only the required ones: each is a place where a payload can stand. `name` is
    that of the field, for a text which nothing else is known of.
    """
    return _example(schema, name, 0)


def merged(schema: Any) -> Mapping[str, Any]:
    """A schema with its `allOf` and the first of its alternatives taken into it."""
    if not isinstance(schema, dict):
        return {}
    made = {key: value for key, value in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
    parts = _listed(schema, "allOf")
    for key in ("oneOf", "anyOf"):
        parts = [*parts, *[part for part in _listed(schema, key) if _type(part) != "null"][:1]]
    for part in parts:
        for key, value in merged(part).items():
            before = made.get(key)
            if isinstance(before, dict) and isinstance(value, dict):
                made[key] = {**value, **before}
            elif isinstance(before, list) and isinstance(value, list) and key == "required":
                made[key] = [*before, *value]
            else:
                made.setdefault(key, value)
    return made


def _example(schema: Any, name: str, depth: int) -> Any:
    schema = merged(schema)
    for key in ("example", "default", "const"):
        if key in schema and schema[key] is not None:
            return schema[key]
    for key in ("examples", "enum"):
        listed = schema.get(key)
        if isinstance(listed, dict):  # OpenAPI names its examples
            listed = [one.get("value") for one in listed.values() if isinstance(one, dict)]
        if isinstance(listed, list) and listed:
            return next((one for one in listed if one is not None), None)
    kind = _type(schema)
    if kind == "object":
        return _object(schema, depth)
    if kind == "array":
        return _array(schema, name, depth)
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind in ("boolean", "null"):
        return True if kind == "boolean" else None
    return _text(schema, name)


def _type(schema: Any) -> str:
    """The type that a schema asks for, or else the one that its keywords are about."""
    declared = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(declared, list):
        declared = next((one for one in declared if one != "null"), "null")
    if isinstance(declared, str):
        return declared
    for kind, words in _WORDS.items():
        if isinstance(schema, dict) and any(word in schema for word in words):
            return kind
    return "string"


_WORDS = {
    "object": ("properties", "required", "additionalProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems"),
    "number": ("minimum", "maximum", "multipleOf"),
}


def _object(schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    declared = schema.get("properties")
    properties: Mapping[str, Any] = declared if isinstance(declared, dict) else {}
    required = [one for one in _listed(schema, "required") if isinstance(one, str)]
    names = [*properties, *(one for one in required if one not in properties)]
    if depth >= _DEEPEST:
        names = required
    made = {
        str(name): _example(properties.get(name, {}), str(name), depth + 1)
        for name in names
        if not (isinstance(properties.get(name), dict) and properties[name].get("readOnly"))
        or name in required
    }
    more = schema.get("additionalProperties")
    wanted = max(_whole(schema, "minProperties", 0), 1 if isinstance(more, dict) else 0)
    while len(made) < wanted and depth < _DEEPEST:
        key = f"sample{len(made) or ''}"
        made[key] = _example(more if isinstance(more, dict) else {}, key, depth + 1)
    return made


def _array(schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
    if depth >= _DEEPEST:
        return []
    listed = schema.get("prefixItems")
    if isinstance(listed, list):
        return [_example(item, name, depth + 1) for item in listed]
    item = schema.get("items", {})
    size = max(_whole(schema, "minItems", 1), 1)
    size = min(size, _LONGEST_LIST, _whole(schema, "maxItems", _LONGEST_LIST))
    made = [_example(item, name, depth + 1) for _ in range(size)]
    if schema.get("uniqueItems"):
        made = [_other(value, item, at) for at, value in enumerate(made)]
    return made


def _other(value: Any, schema: Any, at: int) -> Any:
    """Another value than those before it in a list: the next of an enumeration, or a suffix."""
    listed = merged(schema).get("enum")
    if isinstance(listed, list) and listed:
        return listed[at % len(listed)]
    if at and isinstance(value, str):
        return f"{value}{at}"
    return value + at if at and isinstance(value, int) and not isinstance(value, bool) else value


def _number(schema: Mapping[str, Any], kind: str) -> float:
    """One, or else the first likely number that the range and `multipleOf` allow."""
    low, high = (schema.get(key) for key in ("minimum", "maximum"))
    low, high = low if _is_number(low) else None, high if _is_number(high) else None
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    # Draft 4 and OpenAPI 3.0 say by a boolean that the limit itself is out.
    above = low if above is True else above if _is_number(above) else None
    below = high if below is True else below if _is_number(below) else None
    step = schema["multipleOf"] if _is_number(schema.get("multipleOf")) else 1
    step = step or 1
    least = max((n for n in (low, above) if n is not None), default=None)
    most = min((n for n in (high, below) if n is not None), default=None)
    likely: list[float] = [1]
    if least is not None:
        likely += [least, math.ceil(least / step) * step, math.floor(least / step) * step + step]
    if most is not None:
        likely += [most, math.floor(most / step) * step, math.ceil(most / step) * step - step]
    if least is not None and most is not None:
        likely.append((least + most) / 2)
    for number in (*likely, step):
        off = number / step - round(number / step) if "multipleOf" in schema else 0
        if (
            (kind == "number" or float(number).is_integer())
            and abs(off) < 1e-9
            and (low is None or number >= low)
            and (high is None or number <= high)
            and (above is None or number > above)
            and (below is None or number < below)
        ):
            return int(number) if float(number).is_integer() else number
    return 1


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(schema: Mapping[str, Any], name: str) -> str:
    shortest = _whole(schema, "minLength", 0)
    longest = _whole(schema, "maxLength", _LONGEST_TEXT)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        made = matching(pattern, shortest, longest)
        if made is not None:
            return made
    known = _FORMATS.get(str(schema.get("format")))
    text = known if known is not None else placeholder(name)
    if len(text) < shortest:
        text = text.ljust(shortest, "a")
    return text[:longest]


def _whole(schema: Mapping[str, Any], key: str, default: int) -> int:
    """A limit of the schema; the default where it is none, or nonsense."""
    value = schema.get(key)
    return max(int(value), 0) if isinstance(value, int | float) else default


def _listed(schema: Mapping[str, Any], key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []
