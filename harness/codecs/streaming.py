"""Encodings of streaming services: lists of byte values, and aggregated Kinesis records."""

import hashlib
from typing import Any

from harness.codecs.base import CodecError, as_bytes, text_if_possible

_MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST = 16


class ByteList:
    """Bytes as a list of numbers, signed as Java writes them: header values of Kafka and RabbitMQ.

    https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
    """

    def decode(self, value: Any) -> str | bytes:
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            raise CodecError("no list of byte values")
        try:
            return text_if_possible(bytes(item % 256 for item in value))
        except ValueError as error:
            raise CodecError(str(error)) from error

    def encode(self, value: Any, original: Any) -> list[int]:
        return [byte - 256 if byte > 127 else byte for byte in as_bytes(value)]

    def detect(self, value: Any) -> bool:
        return False


class Aggregated:
    """One user record in the aggregated form of the Kinesis Producer Library.

    A magic number, a protocol buffer (partition_key_table = 1, records = 3 with
    partition_key_index = 1 and data = 3), and its MD5 sum. Only the first record is read.
    https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
    """

    def decode(self, value: Any) -> str | bytes:
        carrier = value if isinstance(value, bytes) else b""
        if not carrier.startswith(_MAGIC) or len(carrier) < len(_MAGIC) + _DIGEST:
            raise CodecError("no aggregated record")
        record = _field(carrier[len(_MAGIC) : -_DIGEST], 3)
        return text_if_possible(_field(record, 3))

    def encode(self, value: Any, original: Any) -> bytes:
        record = b"\x08\x00" + _delimited(3, as_bytes(value))
        body = _delimited(1, b"partition-1") + _delimited(3, record)
        return _MAGIC + body + hashlib.md5(body, usedforsecurity=False).digest()

    def detect(self, value: Any) -> bool:
        return isinstance(value, bytes) and value.startswith(_MAGIC)


def _delimited(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _field(message: bytes, wanted: int) -> bytes:
    """The first length-delimited field of that number. Raises CodecError."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        size, at = _read_varint(message, at)
        if tag & 7 == 0:
            continue
        if tag & 7 != 2 or at + size > len(message):
            break
        if tag >> 3 == wanted:
            return message[at : at + size]
        at += size
    raise CodecError("no such field in the aggregated record")


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(message):
        number |= (message[at] & 127) << shift
        shift += 7
        at += 1
        if message[at - 1] < 128:
            return number, at
    raise CodecError("the aggregated record ends early")
