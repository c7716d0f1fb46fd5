"""Benign values: what a field is given before anything is known of it, and what to try next."""

import base64
from typing import Any

PLACEHOLDER = "sample"
# A number whose reads are not followed (harness/sensors/python/faasfuzz_sensors/recording.py).
BARE = 3

# Tried in this order when a handler refuses a field's value: each is what a usual converter takes.
CANDIDATES: tuple[Any, ...] = (
    "1",
    1,
    "2024",
    "50",
    "2024-01-31",
    "2024-01-31T12:00:00Z",
    "2024-01-31T12:00:00+00:00",
    "https://example.com/a.png",
    "a@example.com",
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    {},
    # An empty mapping is falsy: `value or {}` would replace it.
    {PLACEHOLDER: PLACEHOLDER},
    [],
    ["sample"],
    [{}],
    "a,b",
    "key=value",
    "sample.txt",
    "true",
    True,
    base64.b64encode(b"sample").decode(),
    "{}",
    "Basic " + base64.b64encode(b"sample:sample").decode(),
    "1 + 1",
    "sample",
    [1],
    # The runtime hands this one out as it is, for handlers that ask for a value's exact type.
    BARE,
)

_STRUCTURED = frozenset({"json", "form", "query", "dynamodb", "cookie", "mime"})


def inner_default(codec: str, current: Any) -> Any:
    """The benign value which a codec is given to encode where nothing decodable was there.

    A text without any encoded word is decoded as it is: the words are to say the same.
    """
    if codec == "encoded-word":
        return current
    if codec == "csv":
        return [{PLACEHOLDER: PLACEHOLDER}]
    return {} if codec in _STRUCTURED else PLACEHOLDER


def placeholder(name: str) -> str:
    """A benign text for a field; it says whose it is, to be recognised where it shows up."""
    word = "".join(c for c in name.lower() if c.isascii() and c.isalnum())[:20]
    return f"{PLACEHOLDER}-{word}" if word else PLACEHOLDER


def is_placeholder(value: Any) -> bool:
    """Whether a value is one that we made up."""
    return isinstance(value, str) and value.startswith(PLACEHOLDER)


def named(value: Any, name: str) -> Any:
    """A container's benign value with the placeholder of this field in it."""
    if value == PLACEHOLDER:
        return placeholder(name)
    if isinstance(value, dict):
        return {key: named(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [named(item, name) for item in value]
    return value
