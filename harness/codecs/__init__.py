"""Encodings between an event and the value an attacker wrote, by name.

A new codec is a class with `decode`, `encode` and `detect`, and one line here.
"""

from harness.codecs.archive import Tar, Zip
from harness.codecs.base import Codec, CodecError
from harness.codecs.binary import BASE64, BASE64URL, GZIP, HEX, ZLIB
from harness.codecs.mime import EncodedWord, Mime
from harness.codecs.streaming import Aggregated, ByteList
from harness.codecs.structured import DynamoDb, Json, Jwt
from harness.codecs.table import Csv
from harness.codecs.text import Cookie, Form, Percent, PercentAll, Url, UrlPath, Utf8

CODECS: dict[str, Codec] = {
    "url": Url(),
    "percent": Percent(),
    "path": UrlPath(),
    "percent-all": PercentAll(),
    "form": Form(),
    "query": Form(),
    "cookie": Cookie(),
    "utf8": Utf8(),
    "base64": BASE64,
    "base64url": BASE64URL,
    "hex": HEX,
    "gzip": GZIP,
    "zlib": ZLIB,
    "json": Json(),
    "dynamodb": DynamoDb(),
    "jwt": Jwt(),
    "mime": Mime(),
    "encoded-word": EncodedWord(),
    "zip": Zip(),
    "tar": Tar(),
    "byte-list": ByteList(),
    "csv": Csv(),
    "kpl": Aggregated(),
}

__all__ = ["CODECS", "Codec", "CodecError"]
