"""Requests as the events of the services in front of a function, and its answers as responses.

Payload 1.0 (REST APIs, and HTTP APIs that ask for it):
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
Payload 2.0 (HTTP APIs):
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
Function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema import Draft202012Validator

from harness.catalogue.contracts import contract

Event = dict[str, Any]

V1, V2 = "http-v1", "http-v2"
# Bodies of these types are text for payload 2.0, whatever else there is comes in base64.
_TEXT = re.compile(
    r"text/.*|application/(?:[\w.-]+\+)?(?:json|xml)|application/(?:x-)?javascript", re.IGNORECASE
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
# Of the connection, and so the service's own.
_CONNECTION = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request as it came over the wire: `target` is path and query, encoded."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    remote: str
    protocol: str = "HTTP/1.1"

    @property
    def path(self) -> str:
        """Decoded, as both payloads have it."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """As in the URL."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over the wire. Names of headers may come several times."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What stands in front of a function: an API's route, or a function URL.

    `payload` is V1 or V2, `sample` the trigger's event with its facts bound into it: what no
    request says (stage, account, caller) is taken from there. `binary` are the media types that
    the API hands on as they are, which only payload 1.0 has to be told.
    """

    payload: str
    route: str
    route_key: str
    sample: Event
    url: bool = False
    binary: frozenset[str] = field(default_factory=frozenset)

    def event(self, request: Incoming, parameters: Mapping[str, str], request_id: str) -> Event:
        """The event of a request whose path holds those values of the route's parameters."""
        make = self._v1 if self.payload == V1 else self._v2
        return make(request, parameters, request_id)

    def _v1(self, request: Incoming, parameters: Mapping[str, str], request_id: str) -> Event:
        headers = _gathered((_titled(n), v) for n, v in _received(request.headers))
        queries = _gathered(parse_qsl(request.query, keep_blank_values=True))
        context = deepcopy(self.sample["requestContext"])
        context["identity"].update(
            sourceIp=request.remote, userAgent=headers.get("User-Agent", [None])[-1]
        )
        context.update(
            httpMethod=request.method,
            path=f"/{context['stage']}{request.path}",
            requestId=request_id,
            **_moment("requestTime", "requestTimeEpoch"),
        )
        binary = _matches(headers.get("Content-Type", [""])[-1], self.binary)
        return {
            **self.sample,
            "resource": self.route,
            "path": request.path,
            "httpMethod": request.method,
            "headers": {name: values[-1] for name, values in headers.items()},
            "multiValueHeaders": headers,
            "queryStringParameters": {n: v[-1] for n, v in queries.items()} or None,
            "multiValueQueryStringParameters": queries or None,
            "pathParameters": dict(parameters) or None,
            "requestContext": context,
            **_body(request.body, binary=binary, none=None),
        }

    def _v2(self, request: Incoming, parameters: Mapping[str, str], request_id: str) -> Event:
        headers = _gathered((n.lower(), v) for n, v in _received(request.headers))
        queries = _gathered(parse_qsl(request.query, keep_blank_values=True))
        cookies = [c.strip() for line in headers.pop("cookie", []) for c in line.split(";")]
        context = deepcopy(self.sample["requestContext"])
        context["http"].update(
            method=request.method,
            path=request.path,
            protocol=request.protocol,
            sourceIp=request.remote,
            userAgent=headers.get("user-agent", [""])[-1],
        )
        context.update(
            requestId=request_id, routeKey=self.route_key, **_moment("time", "timeEpoch")
        )
        kind = headers.get("content-type", [""])[-1].partition(";")[0].strip()
        own = ("cookies", "queryStringParameters", "pathParameters", "body")
        event = {name: value for name, value in self.sample.items() if name not in own}
        return {
            **event,
            "routeKey": self.route_key,
            "rawPath": request.path,
            "rawQueryString": request.query,
            **({"cookies": cookies} if cookies else {}),
            "headers": {name: ",".join(values) for name, values in headers.items()},
            **(
                {"queryStringParameters": {n: ",".join(v) for n, v in queries.items()}}
                if queries
                else {}
            ),
            **({"pathParameters": dict(parameters)} if parameters else {}),
            "requestContext": context,
            **_body(request.body, binary=bool(kind) and not _TEXT.fullmatch(kind), none=...),
        }

    def answer(self, returned: Any, accept: str) -> Answer:
        """What the caller gets for what the function returned."""
        validator = Draft202012Validator(contract(self.payload))
        if not validator.is_valid(returned):
            return self.failed()
        if not isinstance(returned, Mapping) or "statusCode" not in returned:
            whole = returned if isinstance(returned, str) else json.dumps(returned)
            return Answer(
                status=200, headers=(("Content-Type", "application/json"),), body=whole.encode()
            )
        headers = self._answered(returned)
        if not all(_NAME.fullmatch(name) for name, _ in headers):
            return self.failed()
        named = next((v for n, v in headers if n.lower() == "content-type"), None)
        if named is None:
            plain = self.payload == V2 and not self.url
            named = "text/plain;charset=UTF-8" if plain else "application/json"
            headers.append(("Content-Type", named))
        encoded = returned.get("isBase64Encoded") is True
        if self.payload == V1 and not _matches(accept.partition(",")[0], self.binary):
            encoded = False
        given = returned.get("body")
        text = "" if given is None else given if isinstance(given, str) else json.dumps(given)
        try:
            body = base64.b64decode(text, validate=True) if encoded else text.encode()
        except ValueError:
            return self.failed()
        return Answer(status=int(returned["statusCode"]), headers=tuple(headers), body=body)

    def _answered(self, returned: Mapping[str, Any]) -> list[tuple[str, str]]:
        several = (returned.get("multiValueHeaders") or {}) if self.payload == V1 else {}
        told = {name.lower() for name in several}
        headers = [
            (n, v) for n, v in (returned.get("headers") or {}).items() if n.lower() not in told
        ]
        headers += [(name, value) for name, values in several.items() for value in values]
        if self.payload == V2:
            headers += [("set-cookie", cookie) for cookie in returned.get("cookies") or ()]
        return [(n, _written(value)) for n, value in headers if n.lower() not in _CONNECTION]

    def failed(self) -> Answer:
        """The function failed, or answered what the service does not take."""
        if self.payload == V1:
            return message(502, "Internal server error")
        if self.url:
            return Answer(
                status=502, headers=(("Content-Type", "text/plain"),), body=b"Internal Server Error"
            )
        return message(500, "Internal Server Error")

    def throttled(self) -> Answer:
        """There was no runtime for the call."""
        if self.payload == V1:
            return message(500, "Internal server error")
        return message(429, "Rate Exceeded.") if self.url else message(503, "Service Unavailable")


def message(status: int, text: str) -> Answer:
    """An answer of the service's own."""
    return Answer(
        status=status,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps({"message": text}).encode(),
    )


def _received(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Headers as UTF-8, as the services read them; http.server has them as Latin-1."""
    for name, value in headers:
        yield name, value.encode("latin-1", "replace").decode("utf-8", "replace")


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _titled(name: str) -> str:
    """HTTP/1.1 clients write well-known names in any case; functions look for the usual one."""
    return "-".join(part.capitalize() for part in name.split("-")) if name.islower() else name


def _moment(text: str, epoch: str) -> Event:
    now = time.time()
    return {
        text: time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        epoch: int(now * 1000),
    }


def _body(data: bytes, *, binary: bool, none: Any) -> Event:
    """The event's body and its flag; `none` stands for no body, and is left out when `...`."""
    if not data:
        return {**({} if none is ... else {"body": none}), "isBase64Encoded": False}
    if binary:
        return {"body": base64.b64encode(data).decode(), "isBase64Encoded": True}
    return {"body": data.decode("utf-8", "replace"), "isBase64Encoded": False}


def _matches(kind: str, types: Iterable[str]) -> bool:
    plain = kind.partition(";")[0].strip().lower()
    return any(each == "*/*" or each.lower() == plain for each in types)


def _written(value: Any) -> str:
    """A header's value; line ends would begin another header, and no service lets them."""
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    return re.sub(r"[\r\n]+", " ", text).encode().decode("latin-1")
