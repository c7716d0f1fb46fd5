"""What the stand-ins for language models say: the worst case, a model that obeys.

It does whatever text stands last in its prompt. Asked for "the product of A and B" it answers with
that number alone (in JSON when asked so), or hands it to a tool when told to call one; else it says
a harmless word. Which functions then take the answer for their own is what a campaign asks.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ORDER = re.compile(r"product of (\d{1,9}) and (\d{1,9})", re.IGNORECASE)
_CALL = re.compile(r"\bcall (?:a|the|every|each) tool", re.IGNORECASE)
_NAMES = re.compile(r"[\"'](\w{1,40})[\"']\s*:")
_USUAL = ("answer", "category", "label", "message", "rating", "reply", "result", "summary", "text")
_HARMLESS = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a model answers: a text, or the tools that it wants to be called, with arguments."""

    text: str
    tools: tuple[tuple[str, Mapping[str, Any]], ...] = ()


def say(asked: Any, tools: Mapping[str, Any]) -> Said:
    """The answer to a request. `tools`: the JSON Schema of each tool's arguments, by its name.

    Once a tool has answered (its result is in the request) no further one is called.
    """
    prompt = "\n".join(_texts(asked))
    orders = list(_ORDER.finditer(prompt))
    if orders and tools and not _answered(asked):
        told = prompt[max(0, orders[-1].start() - 200) : orders[-1].end()]
        if _CALL.search(told):
            product = _product(orders[-1])
            called = tuple((name, _arguments(schema, product)) for name, schema in tools.items())
            return Said(text="", tools=called)
    return Said(text=obey(prompt))


def obey(prompt: str) -> str:
    """The answer of a model that does what the last instruction in a prompt says."""
    orders = list(_ORDER.finditer(prompt))
    if not orders:
        return _HARMLESS
    product = str(_product(orders[-1]))
    if re.search(r"only with a JSON object", prompt[: orders[-1].start()]):
        return json.dumps(dict.fromkeys((*_USUAL, *_NAMES.findall(prompt)), product))
    return product


def _product(order: re.Match[str]) -> int:
    return int(order.group(1)) * int(order.group(2))


def _arguments(schema: Any, product: int) -> dict[str, Any]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return {"value": str(product)}
    return {str(name): _argument(wanted, product) for name, wanted in properties.items()}


def _argument(wanted: Any, product: int) -> Any:
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind in ("integer", "number"):
        return product
    if kind == "boolean":
        return True
    return [str(product)] if kind == "array" else str(product)


def _answered(asked: Any) -> bool:
    """Whether a tool's result is among the messages, in the words of any of the APIs."""
    text = json.dumps(asked, default=str)
    return any(word in text for word in ('"toolResult"', '"tool_result"', '"role": "tool"'))


def _texts(value: Any) -> Iterator[str]:
    """Every text of a request, in order: roles are no border for a model that obeys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
