"""How a payload travels to its insertion point: an address told step by step."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.codecs import CODECS, CodecError
from harness.model import Address

_CODECS = {
    "url": "is decoded as an S3 key (form quoting)",
    "percent": "is percent-decoded",
    "form": "is read as a submitted form",
    "query": "is read as a query string",
    "cookie": "is read as a Cookie header",
    "utf8": "is read as UTF-8 text",
    "base64": "is decoded from base64",
    "base64url": "is decoded from URL-safe base64",
    "hex": "is decoded from hexadecimal",
    "gzip": "is unpacked with gzip",
    "zlib": "is unpacked with zlib",
    "json": "is parsed as JSON",
    "dynamodb": "is read as a DynamoDB attribute value",
    "jwt": "is read as a JSON Web Token",
    "mime": "is read as an e-mail message (MIME)",
    "path": "is decoded as a part of a URL's path",
    "percent-all": "is percent-decoded, letters and dots too",
    "zip": "is unpacked as a ZIP archive",
    "tar": "is unpacked as a tar archive",
    "byte-list": "is read as a list of bytes",
    "kpl": "is taken from an aggregated Kinesis record (KPL)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: `name` is a path or a codec, `words` say what happens, `seen` the value there."""

    kind: str
    name: str
    words: str
    seen: str | None


def carrier(address: str) -> tuple[str | None, tuple[str, ...]]:
    """The state item (None for the event) and the keys down to the first encoded value."""
    parsed = _parsed(address)
    keys = []
    for kind, value in parsed.steps:
        if kind == "codec":
            break
        keys.append(value)
    return parsed.state, tuple(keys)


def explain(address: str, event: Any, state: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of an address in `event`; `seen` is None from where the event does not follow."""
    parsed = _parsed(address)
    value: Any = state.get(parsed.state) if parsed.state else event
    known = True
    steps: list[Step] = []
    run: list[str] = []

    def walked() -> None:
        if run:
            words = "is read from the state" if parsed.state and not steps else "is taken"
            name = "".join(f"[{k}]" if k.isdigit() else f".{k}" for k in run).lstrip(".")
            steps.append(
                Step(kind="key", name=name, words=words, seen=_seen(value) if known else None)
            )
            run.clear()

    for kind, name in parsed.steps:
        if kind == "key":
            run.append(name)
            value, known = _inside(value, name) if known else (None, False)
            continue
        walked()
        value, known = _decoded(value, name) if known else (None, False)
        words = _CODECS.get(name, f"is decoded by {name}")
        steps.append(
            Step(kind="codec", name=name, words=words, seen=_seen(value) if known else None)
        )
    walked()
    return tuple(steps)


def _parsed(address: str) -> Address:
    try:
        return Address.parse(address)
    except ValueError:
        # A stored campaign may hold an address of a later grammar: it is shown, not explained.
        return Address((("key", address),))


def _inside(value: Any, key: str) -> tuple[Any, bool]:
    if isinstance(value, Mapping) and key in value:
        return value[key], True
    if isinstance(value, (list, tuple)) and key.isdecimal() and int(key) < len(value):
        return value[int(key)], True
    return None, False


def _decoded(value: Any, codec: str) -> tuple[Any, bool]:
    if codec not in CODECS:
        return None, False
    try:
        return CODECS[codec].decode(value), True
    except CodecError:
        return None, False


def _seen(value: Any) -> str:
    if isinstance(value, bytes):
        return value[:300].decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
