"""Blocks and documents in Terraform's resources, and what expressions belong to which of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.discovery.shapes import mapping


def paired(
    blocks: Sequence[Mapping[str, Any]], written: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(values, expressions) of each block: a set of blocks is planned in an order of its own, so
    that each goes to the one whose constants it has."""
    left = list(written)
    for values in blocks:
        best = max(left, key=lambda one: _agreeing(values, one), default={})
        if best in left:
            left.remove(best)
        yield values, best


def _agreeing(values: Mapping[str, Any], expressions: Mapping[str, Any]) -> int:
    said = {
        key: one["constant_value"]
        for key, one in expressions.items()
        if isinstance(one, dict) and "constant_value" in one
    }
    return sum(1 if values.get(key) == value else -1 for key, value in said.items())


def iterated(block: Mapping[str, Any], at: int) -> Any:
    """The expressions of a dynamic block's n-th one."""
    return _rewritten(block["of"], block, at)


def _rewritten(one: Any, block: Mapping[str, Any], at: int) -> Any:
    if isinstance(one, list):
        return [_rewritten(item, block, at) for item in one]
    if not isinstance(one, dict):
        return one
    own = one.get("references")
    if isinstance(own, list):
        start = f"{block['named']}.value"
        for name in own:
            if name == start or name.startswith(f"{start}."):
                path = tuple(part for part in name.removeprefix(start).split(".") if part)
                return {"over": block["over"], "at": at, "path": path}
        return one
    return {key: _rewritten(item, block, at) for key, item in one.items()}


def is_intrinsic(value: Any) -> bool:
    """Whether a value is one of CloudFormation's functions."""
    return isinstance(value, dict) and any(key == "Ref" or key.startswith("Fn::") for key in value)


def joined(parts: Sequence[Any]) -> Any:
    """The JSON in a text, in whose texts stands what is not known yet."""
    text = "".join(p if isinstance(p, str) else f"\ue000{at}\ue000" for at, p in enumerate(parts))

    def split(value: Any) -> Any:
        if isinstance(value, list):
            return [split(item) for item in value]
        if isinstance(value, dict):
            return {key: split(item) for key, item in value.items()}
        if not isinstance(value, str) or "\ue000" not in value:
            return value
        found = value.split("\ue000")
        return {"Fn::Join": ["", [parts[int(p)] if at % 2 else p for at, p in enumerate(found)]]}

    return split(parsed(text))


def parsed(value: Any) -> Any:
    """What JSON in a text holds; None where it is no JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def finished(properties: dict[str, Any]) -> dict[str, Any]:
    """What a table of attributes cannot say: keys of tables, filters of notifications."""
    keys = [(properties.pop(name, None), kind) for name, kind in _KEYS]
    if keys[0][0]:
        properties["KeySchema"] = [{"AttributeName": n, "KeyType": k} for n, k in keys if n]
    if properties.pop("MultiValueHeaders", None) is True:
        attribute = {"Key": "lambda.multi_value_headers.enabled", "Value": "true"}
        properties["TargetGroupAttributes"] = [attribute]
    named = properties.get("DefinitionSubstitutions")
    if isinstance(named, list):
        properties["DefinitionSubstitutions"] = {f"v{at}": one for at, one in enumerate(named)}
    for entries in mapping(properties.get("NotificationConfiguration")).values():
        for entry in entries:
            rules = [
                {"Name": name.lower(), "Value": entry.pop(name)}
                for name in ("Prefix", "Suffix")
                if name in entry
            ]
            if rules:
                entry["Filter"] = {"Key": {"FilterRules": rules}}
    return properties


_KEYS = (("HashKey", "HASH"), ("RangeKey", "RANGE"))
