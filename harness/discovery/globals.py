"""SAM's Globals: properties which every resource of a type has."""

from collections.abc import Mapping
from typing import Any

_SECTIONS = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
}


def with_globals(
    kind: str, properties: Mapping[str, Any], declared: Mapping[str, Any]
) -> dict[str, Any]:
    """A resource's (resolved) properties, over those of its type's section in Globals."""
    return _merged(declared.get(_SECTIONS.get(kind, "")), properties)


def _merged(defaults: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    """SAM's rules: mappings are merged, lists are joined, anything else of one's own wins.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    """
    made = dict(defaults) if isinstance(defaults, dict) else {}
    for key, value in own.items():
        before = made.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            made[key] = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            made[key] = [*before, *value]
        else:
            made[key] = value
    return made
