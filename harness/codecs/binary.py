"""Encodings of bytes: base64 in two alphabets, hex, gzip, zlib."""

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.codecs.base import CodecError, as_bytes, as_text, text_if_possible

_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{8,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
# What a decompressed carrier may grow to before it counts as hostile.
_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BinaryText:
    """Bytes written as text. The inside is text when it is UTF-8, bytes when not."""

    decoder: Callable[[str], bytes]
    encoder: Callable[[bytes], bytes]
    shape: re.Pattern[str]

    def decode(self, value: Any) -> str | bytes:
        try:
            return text_if_possible(self.decoder(as_text(value)))
        except (binascii.Error, ValueError) as error:
            raise CodecError(str(error)) from error

    def encode(self, value: Any, original: Any) -> str:
        return self.encoder(as_bytes(value)).decode("ascii")

    def detect(self, value: Any) -> bool:
        return (
            isinstance(value, str)
            and self.shape.fullmatch(value) is not None
            and len(value) % 4 < 3
        )


def _b64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _b64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True, slots=True)
class Compressed:
    """Compressed bytes (they stand inside base64 in an event)."""

    wbits: int
    compress: Callable[[bytes], bytes]
    magic: bytes

    def decode(self, value: Any) -> str | bytes:
        carrier = value if isinstance(value, bytes) else as_text(value).encode("latin-1", "replace")
        inflater = zlib.decompressobj(self.wbits)
        try:
            plain = inflater.decompress(carrier, _LIMIT)
        except zlib.error as error:
            raise CodecError(str(error)) from error
        return text_if_possible(plain)

    def encode(self, value: Any, original: Any) -> bytes:
        return self.compress(as_bytes(value))

    def detect(self, value: Any) -> bool:
        return isinstance(value, bytes) and value.startswith(self.magic)


BASE64 = BinaryText(_b64, base64.b64encode, _BASE64)
BASE64URL = BinaryText(_b64url, base64.urlsafe_b64encode, _BASE64URL)
HEX = BinaryText(bytes.fromhex, binascii.hexlify, _HEX)
# mtime=0: the same value gives the same event, so that a plan can be repeated.
GZIP = Compressed(31, lambda data: gzip.compress(data, mtime=0), b"\x1f\x8b")
ZLIB = Compressed(15, zlib.compress, b"\x78")
