"""An HTTP trigger's event as the request for which the function's front makes it."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from harness.targets.http.kinds import Door, Kind, uncarried

_PARAMETER = re.compile(r"\{([^}+]+)(\+?)\}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_METHOD = re.compile(r"[A-Z]{1,20}")
_IN_PATH = "/!$&'()*+,;=:@-._~%"
# What may stand in a URL's query as it is; the rest would be encoded on the way.
_RAW = re.compile(r"[!-~]*")
# The service writes these itself: as the template has them they are not sent.
_OWN = frozenset({"host", "x-amzn-trace-id", "x-forwarded-port", "x-forwarded-proto", "via"})
_CONNECTION = frozenset({"connection", "content-length", "transfer-encoding", "upgrade", "te"})


class Unsendable(ValueError):
    """No request arrives as this event: the text says what of it cannot be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """`target` is path and query as they go over the wire, below the base address.

    `forged` are header names (in lower case) which the event does not have from its template.
    """

    method: str
    target: str
    headers: tuple[tuple[str, bytes], ...]
    body: bytes
    forged: frozenset[str]


def request_of(door: Door, facts: Mapping[str, str], event: Any) -> HttpRequest:
    """The request for an event. Raises Unsendable."""
    if not isinstance(event, Mapping):
        raise Unsendable("the event is no object")
    elsewhere = uncarried(door, event)
    if elsewhere:
        raise Unsendable(f"no request writes {elsewhere}")
    kind, base = door.kind, door.template.event
    method = _at(event, kind.method)
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise Unsendable(f"{method!r} is no method")
    query = _query(kind, event, base)
    headers, forged = _headers(door, event, facts)
    path = _path(kind, event, facts)
    return HttpRequest(
        method=method,
        target=path + (("&" if "?" in path else "?") + query if query else ""),
        headers=headers,
        body=_body(kind, event),
        forged=forged,
    )


def _at(event: Any, place: str) -> Any:
    for step in place.split("/"):
        event = event.get(step) if isinstance(event, Mapping) else None
    return event


def _text(value: Any, where: str) -> str:
    """A text; numbers and the like never come out of a request. Raises Unsendable."""
    if not isinstance(value, str):
        raise Unsendable(f"{where} of a request is text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Unsendable(f"{where}: {error.reason}") from error
    return value


def _path(kind: Kind, event: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """The path. A route's parameters are written into it, since the service reads them from it."""
    route, values = facts.get("path", ""), event.get("pathParameters")
    if _PARAMETER.search(route):
        given = values if isinstance(values, Mapping) else {}
        return _PARAMETER.sub(lambda found: _parameter(found, given), route)
    path = _text(event.get(kind.path), "the path")
    if not path.startswith("/") or re.search(r"[\x00-\x20#]", path):
        raise Unsendable(f"{path[:40]!r} is no path")
    before, mark, query = path.partition("?")
    return quote(before, safe=_IN_PATH) + mark + quote(query, safe=_IN_PATH + "?")


def _parameter(found: re.Match[str], values: Mapping[str, Any]) -> str:
    value = _text(values.get(found[1]), f"the path's {found[1]}")
    if not value:
        raise Unsendable(f"an empty {found[1]} makes another route")
    encoded = quote(value, safe="/" if found[2] else "")
    # Dots alone would be taken away on the way (RFC 3986, 5.2.4).
    return encoded.replace(".", "%2E") if set(value) == {"."} else encoded


def _query(kind: Kind, event: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    raw = event.get(kind.raw_query) if kind.raw_query else None
    if raw is not None and raw != base.get(kind.raw_query):
        if not isinstance(raw, str) or not _RAW.fullmatch(raw) or "#" in raw:
            raise Unsendable("the query holds what a URL cannot")
        told = {name for name, _ in parse_qsl(raw, keep_blank_values=True)}
        if told >= set(_mapping(event, kind.query)):
            return raw
    pairs = list(_pairs(event, kind.query, kind.queries, "the query"))
    if kind.raw:
        for text in (part for pair in pairs for part in pair):
            if not _RAW.fullmatch(text) or set(text) & set("#&"):
                raise Unsendable("the query holds what a URL cannot")
        return "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _pairs(
    event: Mapping[str, Any], single: str, lists: str, where: str
) -> Iterator[tuple[str, str]]:
    """Names and values in order; where the event has both forms, the lists know more."""
    several = _mapping(event, lists)
    for name, values in several.items():
        for value in values if isinstance(values, list) else [values]:
            yield _text(name, where), _text(value, where)
    for name, value in _mapping(event, single).items():
        if name not in several:
            yield _text(name, where), _text(value, where)


def _mapping(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name) if name else None
    if value is not None and not isinstance(value, Mapping):
        raise Unsendable(f"{name} is no mapping")
    return value or {}


def _headers(
    door: Door, event: Mapping[str, Any], facts: Mapping[str, str]
) -> tuple[tuple[tuple[str, bytes], ...], frozenset[str]]:
    kind, base = door.kind, door.template.event
    usual = {
        (name.lower(), value)
        for name, value in _pairs(base, kind.headers, kind.header_lists, "a header")
    }
    if "domain" in facts:
        usual.add(("host", facts["domain"]))
    found: list[tuple[str, bytes]] = []
    forged = set()
    for name, value in _pairs(event, kind.headers, kind.header_lists, "a header"):
        lower = name.lower()
        as_usual = (lower, value) in usual
        if as_usual and (lower in _OWN or lower == "x-forwarded-for"):
            continue
        if lower in _CONNECTION or (lower in _OWN and door.contract[:3] != "alb"):
            raise Unsendable(f"the service writes the header {name} itself")
        found.append((name, _header(name, value)))
        if not as_usual:
            forged.add(lower)
    cookies = event.get(kind.cookies) if kind.cookies else None
    if isinstance(cookies, list) and cookies:
        texts = [_text(cookie, "a cookie") for cookie in cookies]
        if any(";" in text for text in texts):
            raise Unsendable("a semicolon begins another cookie")
        found.append(("cookie", _header("cookie", "; ".join(texts))))
        if cookies != base.get(kind.cookies):
            forged.add("cookie")
    return tuple(found), frozenset(forged)


def _header(name: str, value: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise Unsendable(f"{name[:40]!r} is no header's name")
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value) or value != value.strip(" \t"):
        raise Unsendable(f"the header {name} cannot hold this value")
    return value.encode()


def _body(kind: Kind, event: Mapping[str, Any]) -> bytes:
    body = event.get("body")
    if body is None:
        return b""
    text = _text(body, "the body")
    if event.get(kind.base64) is True:
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unsendable("the body is no base64") from error
    return text.encode()
