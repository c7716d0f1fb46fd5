"""Encodings of text in URLs, forms, headers and cookies."""

import re
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode

from harness.codecs.base import CodecError, as_bytes, as_text

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_PAIRS = re.compile(r"[^=&\s]+=[^=&]*(?:&[^=&\s]+=[^=&]*)*")
_NO_COOKIE = re.compile(r"[\x00-\x1f\x7f;]")


class Url:
    """An S3 key as a notification carries it: form-quoted, `/` kept, a space as `+`.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """

    def decode(self, value: Any) -> str:
        return unquote_plus(as_text(value))

    def encode(self, value: Any, original: Any) -> str:
        return quote_plus(as_bytes(value), safe="/")

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and _PERCENT.search(value) is not None


class Percent:
    """One component of a URL (RFC 3986)."""

    def decode(self, value: Any) -> str:
        return unquote(as_text(value))

    def encode(self, value: Any, original: Any) -> str:
        return quote(as_bytes(value), safe="")

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and _PERCENT.search(value) is not None


class PercentAll(Percent):
    """A URL's component with letters and dots encoded too, which a filter may not expect."""

    def encode(self, value: Any, original: Any) -> str:
        return "".join(f"%{byte:02X}" for byte in as_bytes(value))

    def detect(self, value: Any) -> bool:
        return False  # what is decoded by it is plain percent encoding


class UrlPath:
    """The path of a URL (RFC 3986): percent-encoded, `/` kept, `+` a plus."""

    def decode(self, value: Any) -> str:
        return unquote(as_text(value))

    def encode(self, value: Any, original: Any) -> str:
        return quote(as_bytes(value), safe="/")

    def detect(self, value: Any) -> bool:
        return False


class Form:
    """`a=1&b=2` and the mapping it stands for; a repeated name holds a list."""

    def decode(self, value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, text in parse_qsl(as_text(value), keep_blank_values=True):
            if key not in found:
                found[key] = text
            elif isinstance(found[key], list):
                found[key].append(text)
            else:
                found[key] = [found[key], text]
        return found

    def encode(self, value: Any, original: Any) -> str:
        if not isinstance(value, dict):
            raise CodecError(f"a form holds a mapping, not {type(value).__name__}")
        pairs = {k: v if isinstance(v, (list, bytes)) else as_text(v) for k, v in value.items()}
        return urlencode(pairs, doseq=True)

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and _PAIRS.fullmatch(value) is not None


class Cookie:
    """A Cookie header (RFC 6265): `a=1; b=2` and the mapping it stands for."""

    def decode(self, value: Any) -> dict[str, str]:
        found = {}
        for part in as_text(value).split(";"):
            name, equals, text = part.strip().partition("=")
            if equals:
                found[name] = text
        return found

    def encode(self, value: Any, original: Any) -> str:
        if not isinstance(value, dict):
            raise CodecError(f"cookies are a mapping, not {type(value).__name__}")
        parts = []
        for name, text in value.items():
            written = as_text(text)
            if _NO_COOKIE.search(written) or _NO_COOKIE.search(name):
                raise CodecError(f"cookie {name}: a control character or ';' never arrives")
            parts.append(f"{name}={written}")
        return "; ".join(parts)

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and "; " in value and "=" in value


class Utf8:
    """Text as bytes."""

    def decode(self, value: Any) -> str:
        return as_text(value)

    def encode(self, value: Any, original: Any) -> bytes:
        return as_bytes(value)

    def detect(self, value: Any) -> bool:
        return False
