"""Messages of the event stream encoding, as AWS services send them; botocore has only a decoder.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html describes the frame:
total length, headers' length, CRC-32 of both, headers, payload, CRC-32 of all before.
"""

import struct
from zlib import crc32

_STRING = 7


def message(event: str, content_type: str, payload: bytes) -> bytes:
    """One event of that type."""
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (":message-type", "event"),
            (":event-type", event),
            (":content-type", content_type),
        )
    )
    start = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    body = start + struct.pack("!I", crc32(start)) + headers + payload
    return body + struct.pack("!I", crc32(body))


def _header(name: str, value: str) -> bytes:
    return (
        struct.pack("!B", len(name))
        + name.encode()
        + struct.pack("!BH", _STRING, len(value))
        + value.encode()
    )
