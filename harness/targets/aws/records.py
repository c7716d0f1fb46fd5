"""What Lambda wrote of a run that nobody waited for, found in whatever carries it.

The record of a run is the text of a message, the detail of an event, an object, or a line that a
function wrote of what it was told; a dead letter is the event itself, with its story as attributes.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Envelopes are texts in texts: a record in a topic's message in an event in a queue's message.
_DEEPEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a run ended: `failed` is the error's text or kind, empty when it went well.

    `answered`: `payload` is what the function answered, which a dead letter does not tell.
    """

    answered: bool
    payload: Any = None
    failed: str = ""


def record_in(value: Any, request_id: str) -> Record | None:
    """The record of a run in a text or a decoded value, at any depth; the outermost one."""
    level = [value]
    for _ in range(_DEEPEST):
        for item in level:
            found = _record(item, request_id) if isinstance(item, dict) else None
            if found is not None:
                return found
        level = [part for item in level for part in _parts(item, request_id)]
    return None


def letter(attributes: Mapping[str, Any], request_id: str) -> Record | None:
    """The story of a dead letter, by a message's attributes as queues or topics write them."""
    if _attribute(attributes, "RequestID") != request_id:
        return None
    return Record(answered=False, failed=_attribute(attributes, "ErrorMessage") or "failed")


def _record(value: Mapping[str, Any], request_id: str) -> Record | None:
    context = value.get("requestContext")
    if isinstance(context, dict) and context.get("requestId") == request_id:
        told = value.get("responseContext")
        failed = str(told.get("functionError") or "") if isinstance(told, dict) else ""
        payload = value.get("responsePayload")
        return Record(answered="responsePayload" in value, payload=payload, failed=failed)
    attributes = value.get("MessageAttributes")
    return letter(attributes, request_id) if isinstance(attributes, dict) else None


def _attribute(attributes: Mapping[str, Any], name: str) -> str:
    told = attributes.get(name)
    if not isinstance(told, dict):
        return ""
    return str(told.get("StringValue") or told.get("Value") or "")


def _parts(value: Any, request_id: str) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, str) and request_id in value:
        yield from _decoded(value)


def _decoded(text: str) -> Iterator[Any]:
    """What stands between the braces of a text: JSON, or as Python prints it."""
    inside = text[text.find("{") : text.rfind("}") + 1]
    for decode in (json.loads, ast.literal_eval):
        try:
            yield decode(inside)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return
