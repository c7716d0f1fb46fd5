"""The HTTP addresses of an application's functions: its APIs' routes and its function URLs.

A WSGI application. Routes are matched as API Gateway matches them: the most specific one wins
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from harness.errors import TargetError
from harness.events.seed import make_seed
from harness.model import Application, EventTemplate, Function, Outcome, Status, Trigger
from harness.serve.requests import V1, V2, Answer, Door, Incoming, message
from harness.serve.runtimes import Throttled

# A function's own routes and URL are below this path and its name, whoever else has them, too.
OWN = "/_functions/"
# The names of headers as they came, which WSGI does not keep; see `wire_headers`.
HEADERS = "faasfuzz.headers"
_URLS = frozenset({"aws.lambda.function-url", "aws.lambda.function-url-iam"})
_PARAMETER = re.compile(r"\{([^}+]+)(\+?)\}")
_ANY = frozenset({"ANY", "*"})
_SEPARATOR = "\0"  # stands for an encoded slash, which separates nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to a function by HTTP; `method` "" is any."""

    function: Function
    method: str
    path: str
    door: Door

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts the more specific first: fixed parts, parameters, the rest of a path."""
        if self.door.route_key == "$default":
            return (1,)
        parts = self.path.strip("/").split("/")
        ranks = [2 if "+}" in part else 1 if "{" in part else 0 for part in parts]
        return (0, *ranks, 3, not self.method)

    def parameters(self, method: str, path: str) -> dict[str, str] | None:
        """The values in a path (decoded, but for separators), None when it is another route's."""
        if self.method and self.method != method:
            return None
        if self.door.route_key == "$default":
            return {}
        found = _pattern(self.path).fullmatch(path)
        if found is None:
            return None
        names = [name for name, _ in _PARAMETER.findall(self.path)]
        values = (value.replace(_SEPARATOR, "/") for value in found.groups())
        return dict(zip(names, values, strict=True))


def routes(application: Application, templates: Mapping[str, EventTemplate]) -> tuple[Route, ...]:
    """The HTTP triggers whose events are payload 1.0 or 2.0, the most specific first."""
    found = []
    for function in application.functions:
        for trigger in function.triggers:
            template = templates[trigger.template]
            if template.response.kind in (V1, V2) and "path" in trigger.facts:
                found.append(_route(application, function, trigger, template))
    return tuple(sorted(found, key=lambda route: route.order))


def _route(
    application: Application, function: Function, trigger: Trigger, template: EventTemplate
) -> Route:
    facts = trigger.facts
    method = facts.get("method", "ANY").upper()
    api = next((r for r in application.resources if r.name == trigger.source), None)
    types = (api.properties.get("BinaryMediaTypes") if api else None) or ()
    return Route(
        function=function,
        method="" if method in _ANY else method,
        path=facts["path"],
        door=Door(
            payload=template.response.kind,
            route=facts["path"],
            route_key=facts.get("route_key", "$default"),
            sample=make_seed(template, trigger, function).event,
            url=template.id in _URLS,
            binary=frozenset(str(each).replace("~1", "/") for each in types),
        ),
    )


def _pattern(path: str) -> re.Pattern[str]:
    parts = []
    for part in re.split(r"(\{[^}]+\})", path):
        parameter = _PARAMETER.fullmatch(part)
        if parameter is None:
            parts.append(re.escape(part))
        else:
            parts.append("(.+)" if parameter[2] else "([^/]+)")
    return re.compile("".join(parts), re.DOTALL)


class HttpFront:
    """Hands requests to functions by `call`, which may raise Throttled or TargetError.

    Routes are at the root, where the first API that has one is asked; each function's own are also
    below `OWN` and its name, where alone function URLs are.
    """

    def __init__(
        self, found: Iterable[Route], call: Callable[[Function, bytes, str], Outcome]
    ) -> None:
        self._routes = tuple(found)
        self._call = call

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(environ)
        # Read in any case: what stays behind would be taken for the next request.
        body = request.get_data(cache=False)
        raw = str(environ.get("REQUEST_URI") or request.full_path)
        incoming = Incoming(
            method=request.method,
            target=raw,
            headers=environ.get(HEADERS) or tuple(request.headers),
            body=body,
            remote=request.remote_addr or "",
            protocol=str(environ.get("SERVER_PROTOCOL", "HTTP/1.1")),
        )
        answer = self._answered(incoming)
        response = Response(answer.body, answer.status)
        response.headers.clear()
        response.headers.extend(list(answer.headers))
        given: Iterable[bytes] = response(environ, start_response)
        return given

    def _answered(self, request: Incoming) -> Answer:
        request, candidates = self._candidates(request)
        path = request.target.partition("?")[0]
        path = unquote(re.sub("%2[Ff]", _SEPARATOR, path))
        for route in candidates:
            parameters = route.parameters(request.method, path)
            if parameters is not None:
                return self._invoked(route, request, parameters)
        rest = bool(candidates) and all(route.door.payload == V1 for route in candidates)
        return message(403, "Missing Authentication Token") if rest else message(404, "Not Found")

    def _candidates(self, request: Incoming) -> tuple[Incoming, tuple[Route, ...]]:
        """The routes that are asked, and the request as they see it."""
        if not request.target.startswith(OWN):
            return request, tuple(route for route in self._routes if not route.door.url)
        name, slash, rest = request.target[len(OWN) :].partition("/")
        if not slash:
            name, mark, rest = name.partition("?")
            rest = mark + rest
        own = Incoming(
            method=request.method,
            target="/" + rest,
            headers=request.headers,
            body=request.body,
            remote=request.remote,
            protocol=request.protocol,
        )
        return own, tuple(route for route in self._routes if route.function.name == unquote(name))

    def _invoked(self, route: Route, request: Incoming, parameters: Mapping[str, str]) -> Answer:
        request_id = _new_id()
        event = route.door.event(request, parameters, request_id)
        try:
            outcome = self._call(route.function, json.dumps(event).encode(), request_id)
        except Throttled:
            return route.door.throttled()
        except TargetError:  # the log tells
            return route.door.failed()
        if outcome.status is not Status.OK:
            return route.door.failed()
        accept = next((v for n, v in request.headers if n.lower() == "accept"), "")
        return route.door.answer(outcome.response, accept)


def _new_id() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
