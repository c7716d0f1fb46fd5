"""What a codec is: one reversible encoding between a carrier and the value inside it."""

from typing import Any, Protocol


class CodecError(ValueError):
    """The value does not decode, or the carrier cannot hold it (a NUL in a header)."""


class Codec(Protocol):
    """Decodes what a carrier holds, and encodes a value back into the carrier's form."""

    def decode(self, value: Any) -> Any:
        """The value inside. Raises CodecError."""

    def encode(self, value: Any, original: Any) -> Any:
        """The carrier holding `value`. `original` is the carrier as it was (None when unknown), so
        that its style can be kept. Raises CodecError."""

    def detect(self, value: Any) -> bool:
        """Whether a value looks as if this codec had made it."""


def as_bytes(value: Any) -> bytes:
    """Text as UTF-8, bytes as they are. Raises CodecError for anything else."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            return value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise CodecError(f"not encodable as UTF-8: {error.reason}") from error
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value).encode()
    raise CodecError(f"expected text, got {type(value).__name__}")


def as_text(value: Any) -> str:
    """Bytes decoded as UTF-8, text as it is. Raises CodecError for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CodecError("not UTF-8") from error
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise CodecError(f"expected text, got {type(value).__name__}")


def text_if_possible(value: bytes) -> str | bytes:
    """Bytes as text when they are UTF-8: payloads are text, but not all carried bytes are."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
