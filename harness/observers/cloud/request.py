"""An AWS request as it came over the wire, and as moto wants it."""

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    EnvironHeaders,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from moto.core.request import Request as MotoRequest
from werkzeug.datastructures import CombinedMultiDict, ImmutableMultiDict
from werkzeug.exceptions import BadRequestKeyError

# Bodies that werkzeug takes apart; all others reach moto as they are.
_FORMS = ("application/x-www-form-urlencoded", "application/x-url-encoded", "multipart/form-data")
_UNPACKED = 16 * 1024 * 1024
_PLAIN_HOST = re.compile(r"[a-zA-Z0-9.-]+(:(?!80$)\d+)?")
_PLAIN_TARGET = re.compile(r"/[a-zA-Z0-9._~/-]*(\?[a-zA-Z0-9._~=&-]*)?")
_NOTHING: ImmutableMultiDict[str, Any] = ImmutableMultiDict()
_NO_VALUES: CombinedMultiDict[str, str] = CombinedMultiDict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`target` is the request line's path and query, quoted, from its "/"; header names as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, by its name in lower case; empty when it is not there."""
        return next((v for n, v in self.headers.items() if n.lower() == name), "")

    def is_form(self) -> bool:
        """Whether the body is fields and values, as in the query protocol."""
        return self.header("content-type").lower().startswith(_FORMS)

    def unpacked(self) -> "Request":
        """With a gzipped body unpacked, as SDKs pack long ones; rubbish stays as it is.

        What unpacks to more than a service takes is cut, and so no longer understood.
        """
        if self.header("content-encoding") != "gzip":
            return self
        try:
            body = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(self.body, _UNPACKED)
        except zlib.error:
            return self
        headers = {n: v for n, v in self.headers.items() if n.lower() != "content-encoding"}
        return replace(self, headers=headers, body=body)


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
        key = _environ_key(name)
        made[key] = value
        if should_preserve_original_header_name(name):
            spelt[key] = name
    made.setdefault("HTTP_HOST", host)
    made["CONTENT_LENGTH"] = str(len(request.body))
    made[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = spelt
    return made


def lean(request: Request, host: str, account: str) -> MotoRequest:
    """moto's request, with what moto asks of every request worked out in advance.

    werkzeug parses a body for forms, and builds URLs, whatever the request is, and rebuilds every
    header's name each time the headers are gone through; that is a third of what moto costs.
    """
    environment = environ(request, host, account)
    made = _Lean(environment)
    known = vars(made)  # where werkzeug's cached properties keep their values
    known["headers"] = _Headers(environment)
    if "HTTP_CONTENT_ENCODING" not in environment:
        known.update(_taken_apart(request, environment.get("CONTENT_TYPE", "").lower()))
    if _PLAIN_HOST.fullmatch(environment["HTTP_HOST"]):
        known["url_root"] = known["root_url"] = f"http://{environment['HTTP_HOST']}/"
        if _PLAIN_TARGET.fullmatch(request.target):
            known["url"] = f"http://{environment['HTTP_HOST']}{request.target}"
    path, _, query = request.target.partition("?")
    made.raw_path = path
    made.raw_url = made.url_root.rstrip("/") + path + ("?" + query if query else "")
    return made


def _taken_apart(request: Request, kind: str) -> dict[str, Any]:
    """What werkzeug would make of a body; nothing where that is best left to werkzeug."""
    if kind.partition(";")[0].strip() == _FORMS[0]:
        try:
            fields = parse_qsl(
                request.body.decode(), keep_blank_values=True, errors="werkzeug.url_quote"
            )
        except UnicodeDecodeError:
            return {}
        made = {"data": b"", "form": ImmutableMultiDict(fields), "files": _NOTHING}
        return {**made, "_cached_data": b"", "stream": io.BytesIO()}
    if kind.startswith(_FORMS):
        return {}
    body = request.body
    made = {"data": body, "form": _NOTHING, "files": _NOTHING, "_cached_data": body}
    if "?" not in request.target:
        made |= {"args": _NOTHING, "values": _NO_VALUES}
    return {**made, "stream": io.BytesIO(body)}


class _Lean(MotoRequest):
    raw_path = ""
    raw_url = ""


class _Headers(EnvironHeaders):
    """moto's headers; their names are rebuilt once a request, and from a cache."""

    def __init__(self, environment: dict[str, Any]) -> None:
        super().__init__(environment)
        spelt = environment[PRESERVED_HEADER_NAMES_ENVIRON_KEY]
        self._pairs: list[tuple[str, str]] = []
        for key, value in environment.items():
            name = _header_name(key)
            if name is not None and (value or key.startswith("HTTP_")):
                self._pairs.append((spelt.get(key, name), value))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _environ_key(name) in self.environ

    def __getitem__(self, name: str) -> str:  # type: ignore[override]
        try:
            value: str = self.environ[_environ_key(name)]
        except KeyError:
            raise BadRequestKeyError(name) from None
        return value

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        value = self.environ.get(_environ_key(key), default)
        if type is None or value is default:
            return value
        return super().get(key, default, type)


@lru_cache(maxsize=1024)
def _environ_key(name: str) -> str:
    key: str = environ_key_for_header(name)
    return key


@lru_cache(maxsize=1024)
def _header_name(key: str) -> str | None:
    """The header behind a key of the environment, as werkzeug spells it."""
    if key in {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}:
        return None
    if key.startswith("HTTP_"):
        return key[5:].replace("_", "-").title()
    return key.replace("_", "-").title() if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else None
