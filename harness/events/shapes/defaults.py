"""Benign values: what a field is given before anything is known of it, and what to try next."""

import base64
from typing import Any

PLACEHOLDER = "sample"

# Tried in this order when a handler refuses a field's value: each is what a usual converter takes.
CANDIDATES: tuple[Any, ...] = (
    "1",
    1,
    "2024-01-31",
    "2024-01-31T12:00:00Z",
    "2024-01-31T12:00:00+00:00",
    "https://example.com/a.png",
    "a@example.com",
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    {},
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
    "1 + 1",
)

_STRUCTURED = frozenset({"json", "form", "query", "dynamodb", "cookie", "mime"})


def inner_default(codec: str) -> Any:
    """The benign value which a codec is given to encode when nothing decodable was there."""
    return {} if codec in _STRUCTURED else PLACEHOLDER
