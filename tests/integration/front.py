"""An HTTP front for tests: API Gateway, a function URL or a load balancer before `faasfuzz serve`.

It makes the service's event from a real request, invokes by the Lambda API, and answers as the
service would (the pages are named in the event templates and in harness/targets/http/fronts.yaml).
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from harness.targets.lambda_api import lambda_client

Event = dict[str, Any]
Guard = Callable[[Request], Response | None]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


def _raw_path(request: Request) -> str:
    raw = request.environ.get("REQUEST_URI") or quote(request.path)  # not all servers tell it
    return str(raw).partition("?")[0]


def _body(request: Request) -> Event:
    data = request.get_data()
    try:
        return {"body": data.decode() if data else None, "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(data).decode(), "isBase64Encoded": True}


def rest(request: Request, route: str, parameters: dict[str, str]) -> Event:
    """Payload 1.0."""
    query = parse_qs(request.query_string.decode(), keep_blank_values=True)
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name, []).append(value.encode("latin-1").decode("utf-8", "replace"))
    return {
        "resource": route.replace("<", "{").replace(">", "}").replace("path:", ""),
        "path": unquote(_raw_path(request)),
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {n: v[-1] for n, v in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {"httpMethod": request.method, "stage": "Prod", "identity": {}},
        **_body(request),
    }


def url(request: Request, route: str, parameters: dict[str, str]) -> Event:
    """Payload 2.0."""
    query = parse_qs(request.query_string.decode(), keep_blank_values=True)
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        value = value.encode("latin-1").decode("utf-8", "replace")
        lower = name.lower()
        headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
    cookies = headers.pop("cookie", "")
    return {
        "version": "2.0",
        "routeKey": f"{request.method} {route.replace('<', '{').replace('>', '}')}",
        "rawPath": unquote(_raw_path(request)),
        "rawQueryString": request.query_string.decode(),
        **({"cookies": cookies.split("; ")} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": {n: ",".join(v) for n, v in query.items()}} if query else {}),
        **({"pathParameters": parameters} if parameters else {}),
        "requestContext": {"http": {"method": request.method, "path": _raw_path(request)}},
        **_body(request),
    }


_FAILED = {
    rest: (502, '{"message": "Internal server error"}'),
    url: (500, '{"message":"Internal Server Error"}'),
}


class Front:
    """`routes` name the function of each; `seen` are the events made. `guard` may answer first."""

    def __init__(
        self,
        invoke_at: str,
        routes: dict[str, str],
        make: Callable[[Request, str, dict[str, str]], Event],
        guard: Guard,
    ) -> None:
        self._lambda = lambda_client(endpoint=invoke_at, read_timeout=60)
        self._map = Map(
            [Rule(route, endpoint=(route, name)) for route, name in routes.items()],
            merge_slashes=False,
        )
        self._make = make
        self._guard = guard
        self.seen: list[Event] = []
        self.protocols: set[str] = set()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        request.get_data()
        return self._answer(request, environ)(environ, start)

    def _answer(self, request: Request, environ: dict[str, Any]) -> Response:
        refused = self._guard(request)
        if refused is not None:
            return refused
        bound = self._map.bind("front")
        # An encoded slash is no separator.
        path = unquote(_raw_path(request).replace("%2F", "\0").replace("%2f", "\0"))
        try:
            (route, name), values = bound.match(path)
        except Exception:
            return Response('{"message":"Not Found"}', 404, content_type="application/json")
        event = self._make(request, route, {k: v.replace("\0", "/") for k, v in values.items()})
        self.seen.append(event)
        answer = self._lambda.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        told = json.loads(answer["Payload"].read())
        if "FunctionError" in answer or not isinstance(told, dict):
            status, body = _FAILED[self._make]
            return Response(body, status, content_type="application/json")
        body = told.get("body") or ""
        content = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
        response = Response(content, int(told.get("statusCode", 200)))
        for header, value in (told.get("headers") or {}).items():
            response.headers.set(header, str(value).replace("\n", " ").replace("\r", " "))
        for header, values in (told.get("multiValueHeaders") or {}).items():
            for value in values:
                response.headers.add(header, str(value))
        for cookie in told.get("cookies") or ():
            response.headers.add("set-cookie", cookie)
        return response


@contextmanager
def fronted(
    invoke_at: str,
    routes: dict[str, str],
    make: Callable[[Request, str, dict[str, str]], Event] = rest,
    guard: Guard = lambda _: None,
) -> Iterator[tuple[str, Front]]:
    """A front on a free port; its address and itself."""
    front = Front(invoke_at, routes, make, guard)
    server = make_server("127.0.0.1", 0, front, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", front
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
