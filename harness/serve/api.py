"""The Lambda API that a client invokes functions by, as a WSGI application.

Paths, headers and errors are those of https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
and of botocore's model of Lambda (2015-03-31). Anyone who reaches the port may call.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from harness.errors import TargetError
from harness.model import Application, Function, Outcome, Status
from harness.serve.eventstream import message
from harness.serve.logs import call_log
from harness.serve.runtimes import Throttled, Warm

_TAIL = 4096
_PAGE = 50
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LIMIT = {"RequestResponse": 6_291_456, "Event": 1_048_576, "DryRun": 6_291_456}
_NAME = re.compile(
    r"(?:arn:aws[\w-]*:lambda:)?(?:[a-z]{2}[\w-]*-\d:)?(?:\d{12}:)?(?:function:)?"
    r"(?P<name>[\w-]+)(?::(?P<qualifier>\$LATEST|[\w-]+))?"
)
_URLS = Map(
    [
        Rule("/2015-03-31/functions/<name>/invocations", endpoint="invoke", methods=["POST"]),
        Rule(
            "/2021-11-15/functions/<name>/response-streaming-invocations",
            endpoint="stream",
            methods=["POST"],
        ),
        Rule("/2015-03-31/functions/<name>/configuration", endpoint="configuration"),
        Rule("/2015-03-31/functions/<name>", endpoint="describe", methods=["GET"]),
        Rule("/2015-03-31/functions", endpoint="list", methods=["GET"]),
        Rule("/2015-03-31/functions/", endpoint="list", methods=["GET"]),
    ],
    strict_slashes=False,
)


class _Error(Exception):
    """An error of the service: HTTP status, its name and what it says."""

    def __init__(self, status: int, code: str, text: str, **more: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.more = more

    def response(self, request_id: str) -> Response:
        side = "User" if self.status < 500 else "Service"
        # Errors of Lambda spell it one way or the other.
        body = {"Type": side, "Message": str(self), "message": str(self), **self.more}
        return _json(body, self.status, {"x-amzn-ErrorType": self.code}, request_id)


@dataclass(frozen=True, slots=True)
class _Call:
    """A request, its body, and its id, which is also that of the function's run."""

    request: Request
    body: bytes
    id: str


class LambdaService:
    """Calls `application`'s functions by the names that discovery gives them, or ARNs.

    `warm` gives a function's runtimes. `log` is told each call's log, and what became of a call
    whose client does not wait. Every qualifier means the code that is there.
    """

    def __init__(
        self,
        application: Application,
        warm: Callable[[Function], Warm],
        *,
        log: Callable[[str], None],
    ) -> None:
        self._functions = {function.name: function for function in application.functions}
        self._prefix = f"arn:aws:lambda:{application.region}:{application.account}:function:"
        self._runtimes = {name: warm(function) for name, function in self._functions.items()}
        self._log = log

    def stop(self) -> None:
        """End all runtimes."""
        for runtimes in self._runtimes.values():
            runtimes.stop()

    def call(self, function: Function, event: bytes, request_id: str) -> Outcome:
        """Have a function called from elsewhere in this process, and its log told.

        Raises Throttled, or TargetError when it cannot be run.
        """
        try:
            outcome = self._runtimes[function.name].call(event, request_id=request_id, context="")
            done = outcome.result()
        except TargetError as error:
            self._log(f"{function.name}: {error}\n")
            raise
        except (RuntimeError, CancelledError) as error:  # the threads have ended
            raise TargetError("the endpoint is going down") from error
        self._logged(function, done)
        return done

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(environ)
        # Read in any case: what stays behind would be taken for the next request.
        body = request.get_data(cache=False)
        request_id = _new_id()
        answer: Response | HTTPException
        try:
            endpoint, found = _URLS.bind_to_environ(environ).match()
            answer = getattr(self, f"_{endpoint}")(_Call(request, body, request_id), **found)
        except _Error as error:
            answer = error.response(request_id)
        except NotFound:
            text = f"Unable to determine service/operation name to be authorized: {request.path}"
            answer = _Error(404, "UnknownOperationException", text).response(request_id)
        except HTTPException as error:
            answer = error
        given: Iterable[bytes] = answer(environ, start_response)
        return given

    def _invoke(self, call: _Call, name: str) -> Response:
        function = self._found(name)
        kind = call.request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        _check(kind, call.body)
        if kind == "DryRun":
            return _empty(204, call.id)
        future = self._called(function, call)
        if kind == "Event":
            future.add_done_callback(lambda done: self._told(function, done))
            return _empty(202, call.id)
        outcome = _awaited(function, future)
        log = self._logged(function, outcome)
        headers = {"X-Amz-Executed-Version": "$LATEST"}
        if call.request.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = _tail(log)
        if outcome.status is not Status.OK:
            headers["X-Amz-Function-Error"] = "Unhandled"
        return _answer(_payload(outcome), headers, outcome.request_id)

    def _stream(self, call: _Call, name: str) -> Response:
        """InvokeWithResponseStream: the answer is there as a whole, and comes in one piece."""
        function = self._found(name)
        _check(call.request.headers.get("X-Amz-Invocation-Type", "RequestResponse"), call.body)
        outcome = _awaited(function, self._called(function, call))
        log = self._logged(function, outcome)
        complete: dict[str, str] = {}
        if call.request.headers.get("X-Amz-Log-Type") == "Tail":
            complete["LogResult"] = _tail(log)
        messages = b""
        if outcome.error is None:
            messages = message("PayloadChunk", "application/octet-stream", _payload(outcome))
        else:
            complete["ErrorCode"] = outcome.error.type
            complete["ErrorDetails"] = _payload(outcome).decode()
        messages += message("InvokeComplete", "application/json", json.dumps(complete).encode())
        headers = {
            "Content-Type": "application/vnd.amazon.eventstream",
            "X-Amz-Executed-Version": "$LATEST",
        }
        return _answer(messages, headers, outcome.request_id)

    def _list(self, call: _Call) -> Response:
        size = call.request.args.get("MaxItems", _PAGE, type=int)
        names = list(self._functions)
        marker = call.request.args.get("Marker", "0")
        if not marker.isdecimal() or not 1 <= size <= 10_000:
            raise _Error(400, "InvalidParameterValueException", "bad Marker or MaxItems")
        start, end = int(marker), int(marker) + min(size, _PAGE)
        page = [self._described(self._functions[name]) for name in names[start:end]]
        told = {"Functions": page, "NextMarker": str(end) if end < len(names) else None}
        return _json(told, 200, {}, call.id)

    def _describe(self, call: _Call, name: str) -> Response:
        function = self._found(name)
        told = {
            "Configuration": self._described(function),
            "Code": {"Location": function.code.resolve().as_uri() if function.code else ""},
        }
        return _json(told, 200, {}, call.id)

    def _configuration(self, call: _Call, name: str) -> Response:
        return _json(self._described(self._found(name)), 200, {}, call.id)

    def _described(self, function: Function) -> dict[str, Any]:
        told: dict[str, Any] = {
            "FunctionName": function.name,
            "FunctionArn": self._prefix + function.name,
            "Runtime": function.runtime,
            "Handler": function.handler,
            "Timeout": function.timeout,
            "MemorySize": function.memory,
            "Version": "$LATEST",
            "PackageType": function.package.title(),
            "Architectures": [function.architecture],
            "EphemeralStorage": {"Size": function.ephemeral_mb},
            "Environment": {"Variables": dict(function.environment)},
            "State": "Active",
            "LastUpdateStatus": "Successful",
        }
        if function.package == "image":
            del told["Runtime"], told["Handler"]
        return told

    def _found(self, text: str) -> Function:
        match = _NAME.fullmatch(unquote(text))
        name = match.group("name") if match else ""
        function = self._functions.get(name)
        if match is None:
            raise _Error(400, "ValidationException", f"{text} is no function name")
        if function is None:
            arn = self._prefix + name
            raise _Error(404, "ResourceNotFoundException", f"Function not found: {arn}")
        return function

    def _called(self, function: Function, call: _Call) -> Future[Outcome]:
        context = _client_context(call.request)
        runtimes = self._runtimes[function.name]
        try:
            return runtimes.call(call.body or b"{}", request_id=call.id, context=context)
        except Throttled:
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            raise _Error(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason) from None
        except RuntimeError as error:  # the threads have ended
            raise _Error(500, "ServiceException", "the endpoint is going down") from error

    def _logged(self, function: Function, outcome: Outcome) -> str:
        log = call_log(function, outcome)
        self._log(log)
        return log

    def _told(self, function: Function, done: Future[Outcome]) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if error is not None:
            self._log(f"{function.name}: {error}\n")
        else:
            self._logged(function, done.result())


def _check(kind: str, body: bytes) -> None:
    limit = _LIMIT.get(kind)
    if limit is None:
        raise _Error(400, "InvalidParameterValueException", f"no such invocation type: {kind}")
    if len(body) > limit:
        text = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
        raise _Error(413, "RequestTooLargeException", text)
    try:
        json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        text = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise _Error(400, "InvalidRequestContentException", text) from error


def _client_context(request: Request) -> str:
    """The JSON object that the caller's header holds in base64, empty when there is none."""
    given = request.headers.get("X-Amz-Client-Context", "")
    try:
        told = json.loads(base64.b64decode(given)) if given else None
    except ValueError:
        told = given
    if told is not None and not isinstance(told, dict):
        text = "Client context must be a valid Base64-encoded JSON object."
        raise _Error(400, "InvalidRequestContentException", text)
    return json.dumps(told) if told else ""


def _awaited(function: Function, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except CancelledError as error:
        raise _Error(500, "ServiceException", "the endpoint is going down") from error
    except TargetError as error:
        raise _Error(502, "InvalidRuntimeException", f"{function.name}: {error}") from error


def _payload(outcome: Outcome) -> bytes:
    told_by_runtime = outcome.status in (Status.ERROR, Status.INIT_ERROR) and outcome.raw
    if outcome.error is None or told_by_runtime:
        return outcome.raw.encode()
    told = {"errorType": outcome.error.type, "errorMessage": outcome.error.message}
    if outcome.error.trace:
        told["stackTrace"] = list(outcome.error.trace)  # type: ignore[assignment]
    return json.dumps(told).encode()


def _tail(log: str) -> str:
    return base64.b64encode(log.encode()[-_TAIL:]).decode()


def _new_id() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _ids(request_id: str) -> dict[str, str]:
    """The headers by which a call is known; its trace is sampled by nobody."""
    trace = f"Root=1-{int(time.time()):08x}-{request_id.replace('-', '')[:24]};Sampled=0"
    return {"x-amzn-RequestId": request_id, "X-Amzn-Trace-Id": trace}


def _empty(status: int, request_id: str) -> Response:
    return Response(b"", status, _ids(request_id))


def _answer(body: bytes, headers: Mapping[str, str], request_id: str) -> Response:
    given = {"Content-Type": "application/json", **headers, **_ids(request_id)}
    return Response(body, 200, given)


def _json(value: Any, status: int, headers: Mapping[str, str], request_id: str) -> Response:
    given = {"Content-Type": "application/json", **headers, "x-amzn-RequestId": request_id}
    return Response(json.dumps(value).encode(), status, given)
