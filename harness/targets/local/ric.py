"""An unmodified runtime interface client of AWS, driven through the Runtime API."""

import base64
import socket
import time
from collections.abc import Callable

from harness.targets.local.channel import (
    RESPONSE_LIMIT,
    TICK,
    ChannelClosed,
    Kind,
    Reply,
    Request,
)
from harness.targets.local.runtime_api import HttpRequest, RuntimeApiServer

_BASE = "/2018-06-01/runtime"
# A streamed response that fails after its beginning says so behind its end:
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
_ERROR_TRAILER = "lambda-runtime-function-error-body"


class RicChannel:
    """Turns the client's HTTP requests into replies; learning has no place in this protocol.

    Times are taken here: the Runtime API carries none. `cpu` gives CPU milliseconds so far.
    """

    def __init__(self, *, arn: str, cpu: Callable[[], float], host: str = "127.0.0.1") -> None:
        self._server = RuntimeApiServer(host)
        self._arn = arn
        self._cpu = cpu
        self._ready = False
        self.taken = True
        self._idle: socket.socket | None = None
        self._request: Request | None = None
        self._since = time.perf_counter()
        self._cpu_before = 0.0

    @property
    def address(self) -> str:
        return self._server.address

    def send(self, request: Request) -> None:
        self._request = request
        self.taken = False
        self._hand_over()

    def receive(self) -> Reply | None:
        got = self._server.receive(TICK)
        if got is None:
            return None
        try:
            return self._understand(got)
        except OSError as error:
            raise ChannelClosed from error

    def _understand(self, got: HttpRequest) -> Reply | None:
        action = got.path.removeprefix(_BASE)
        if got.method == "GET" and action == "/invocation/next":
            self._idle = got.connection
            if not self._ready:
                self._ready = True
                return self._reply(Kind.READY, b"")
            self._hand_over()
            return None
        if got.method == "POST" and action == "/init/error":
            self._server.reply(got.connection, 202, b'{"status":"OK"}')
            return self._reply(Kind.INIT_ERROR, got.body)
        if got.method == "POST" and action.endswith(("/response", "/error")):
            if got.size > RESPONSE_LIMIT:
                self._server.reply(got.connection, 413, _TOO_LARGE)
                return self._reply(Kind.TOO_LARGE, str(got.size).encode())
            self._server.reply(got.connection, 202, b'{"status":"OK"}')
            late = got.headers.get(_ERROR_TRAILER)
            if late is not None:
                return self._reply(Kind.ERROR, base64.b64decode(late))
            kind = Kind.ANSWER if action.endswith("/response") else Kind.ERROR
            return self._reply(kind, got.body)
        self._server.reply(got.connection, 404)
        return None

    def _hand_over(self) -> None:
        """Give the call to the client once both are there."""
        request, connection = self._request, self._idle
        if request is None or connection is None:
            return
        self._request = self._idle = None
        self.taken = True
        self._cpu_before = self._cpu()
        self._since = time.perf_counter()
        trace = request.id.replace("-", "")[:24]
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request.id,
            "Lambda-Runtime-Deadline-Ms": str(request.deadline),
            "Lambda-Runtime-Invoked-Function-Arn": self._arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{request.deadline // 1000:08x}-{trace};Sampled=0",
        }
        if request.context:
            headers["Lambda-Runtime-Client-Context"] = request.context
        try:
            self._server.reply(connection, 200, request.event, headers)
        except OSError as error:
            raise ChannelClosed from error

    def _reply(self, kind: Kind, body: bytes) -> Reply:
        return Reply(
            kind=kind,
            body=body,
            duration=(time.perf_counter() - self._since) * 1000,
            cpu=max(0.0, self._cpu() - self._cpu_before),
        )

    def close(self) -> None:
        self._server.close()


_TOO_LARGE = (
    b'{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).",'
    b'"errorType":"RequestEntityTooLarge"}'
)
