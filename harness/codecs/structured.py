"""Encodings of structure: JSON, DynamoDB's typed values, and tokens."""

import base64
import binascii
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from harness.codecs.base import CodecError, as_text

_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})


class Json:
    """JSON text."""

    def decode(self, value: Any) -> Any:
        try:
            return json.loads(as_text(value))
        except (ValueError, RecursionError) as error:
            raise CodecError(f"not JSON: {error}") from error

    def encode(self, value: Any, original: Any) -> str:
        try:
            return json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError) as error:
            raise CodecError(f"JSON cannot hold it: {error}") from error

    def detect(self, value: Any) -> bool:
        if not isinstance(value, (str, bytes)) or not value[:1] or len(value) < 2:
            return False
        try:
            return isinstance(self.decode(value), (dict, list))
        except CodecError:
            return False


class DynamoDb:
    """A typed attribute value, or a mapping of them, and the plain value.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """

    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise CodecError("a typed value is a mapping")
        if len(value) == 1 and next(iter(value)) in _TYPES:
            return _plain(value)
        return {key: _plain(item) for key, item in value.items()}

    def encode(self, value: Any, original: Any) -> Any:
        bare = isinstance(original, dict) and len(original) == 1 and next(iter(original)) in _TYPES
        if isinstance(value, dict) and not bare:
            return {key: _typed(item) for key, item in value.items()}
        return _typed(value)

    def detect(self, value: Any) -> bool:
        return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _TYPES


class Jwt:
    """The claims of a JSON Web Token (RFC 7519), read without verifying.

    Encoding keeps the header and the old signature: a function that verifies will refuse it.
    """

    def decode(self, value: Any) -> Any:
        parts = as_text(value).removeprefix("Bearer ").split(".")
        if len(parts) != 3:
            raise CodecError("a token has three parts")
        try:
            return json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (binascii.Error, ValueError) as error:
            raise CodecError(f"not a token: {error}") from error

    def encode(self, value: Any, original: Any) -> str:
        old = as_text(original).split(".") if original else ["eyJhbGciOiJIUzI1NiJ9", "", "c2ln"]
        claims = base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
        return ".".join((old[0], claims, old[-1]))

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and value.count(".") == 2 and value.startswith("eyJ")


def _plain(typed: Any) -> Any:
    if not isinstance(typed, dict) or len(typed) != 1:
        raise CodecError(f"not a typed value: {typed!r}")
    kind, value = next(iter(typed.items()))
    if kind == "M":
        return {key: _plain(item) for key, item in value.items()}
    if kind == "L":
        return [_plain(item) for item in value]
    if kind == "N":
        return _number(value)
    if kind == "NULL":
        return None
    if kind in _TYPES:
        return value
    raise CodecError(f"unknown type {kind!r}")


def _number(text: Any) -> int | float:
    try:
        number = Decimal(str(text))
    except InvalidOperation as error:
        raise CodecError(f"not a number: {text!r}") from error
    return int(number) if number == number.to_integral_value() else float(number)


def _typed(value: Any) -> dict[str, Any]:
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {"M": {key: _typed(item) for key, item in value.items()}}
    if isinstance(value, list):
        return {"L": [_typed(item) for item in value]}
    return {"S": as_text(value)}
