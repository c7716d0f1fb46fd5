"""An AWS request as it came over the wire, and as moto wants it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from moto.core.request import Request as MotoRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`target` is the request line's path and query, still quoted; header names are as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`length` is what a HEAD request is told of the body it does not get."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    length: int | None = None


def environ(request: Request, host: str, account: str) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of a request, for `account` whoever signed it."""
    path, _, query = request.target.partition("?")
    made: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": request.target,
        "SERVER_NAME": host.partition(":")[0],
        "SERVER_PORT": host.partition(":")[2] or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "HTTP_X_MOTO_ACCOUNT_ID": account,
    }
    spelt: dict[str, str] = {}
    for name, value in request.headers.items():
        key = environ_key_for_header(name)
        made[key] = value
        if should_preserve_original_header_name(name):
            spelt[key] = name
    made.setdefault("HTTP_HOST", host)
    made["CONTENT_LENGTH"] = str(len(request.body))
    made[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = spelt
    return made


def for_moto(environment: dict[str, Any]) -> MotoRequest:
    return MotoRequest(environment)
