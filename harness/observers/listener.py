"""The out-of-band listener: whoever calls it carries a canary, and that is the witness."""

import re
import selectors
import socket
import time
from dataclasses import dataclass, field
from threading import Thread

from harness.model import Callback
from harness.observers.tape import Tape

_TOKEN = re.compile(rb"fz[a-z]{14}", re.IGNORECASE)  # hosts arrive in any case
_REQUEST_LINE = re.compile(rb"([A-Za-z]{1,20}) (\S+) HTTP/1\.[01]\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,12})", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")
_PAGE = b"<!doctype html><title>ok</title>ok\n"
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n" % len(_PAGE)
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_HEAD = 16 * 1024  # longer heads are judged by what has come
_BODY = 4 * 1024  # the model's promise: Callback.body is cut here
_CONNECTIONS = 128  # open at once; the oldest gives way, so a flood cannot shut others out
_IDLE = 5.0  # seconds
_KEPT = 10_000
_MEMORY = 32 * 1024 * 1024


@dataclass(slots=True, eq=False)
class _Connection:
    socket: socket.socket
    remote: str
    touched: float
    data: bytearray = field(default_factory=bytearray)
    continued: bool = False


class Listener:
    """An HTTP/1.1 server on an address of this machine which records every request, however broken.

    `port` 0 is any free one. One thread serves all connections and memory is bounded. Every method
    is answered with 200.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._tape: Tape[Callback] = Tape(
            _KEPT, budget=_MEMORY, weigh=lambda c: 200 + len(c.body) + 2 * len(str(c.headers))
        )
        self._open: dict[int, _Connection] = {}  # in order of arrival
        self._selector = selectors.DefaultSelector()
        self._port = port

    def start(self) -> None:
        self._server = socket.create_server((self._host, self._port), backlog=256)
        self._server.setblocking(False)
        self._port = self._server.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._server, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = Thread(target=self._serve, name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._wake.send(b"x")
        self._thread.join()
        for connection in list(self._open.values()):
            self._finish(connection)
        for each in (self._server, self._wake, self._woken):
            each.close()
        self._selector.close()

    @property
    def address(self) -> str:
        """HOST:PORT, on the loopback unless told otherwise."""
        return f"{self._host}:{self._port}"

    def url(self, token: str) -> str:
        return f"http://{self.address}/{token}"

    def mark(self) -> int:
        return self._tape.mark()

    def since(self, mark: int) -> tuple[Callback, ...]:
        """The callbacks after `mark`. `token` is "" where a request carried no canary."""
        return self._tape.since(mark)

    def notes(self) -> tuple[str, ...]:
        """Nothing of it is ever lost."""
        return ()

    def wait(self, token: str, seconds: float) -> Callback | None:
        """The first callback kept with this token, waiting for it up to `seconds`."""

        def seen() -> Callback | None:
            return next((c for c in self._tape.since(0) if c.token == token), None)

        with self._tape.changed:
            return self._tape.changed.wait_for(seen, seconds)

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select(timeout=1.0):
                if key.fileobj is self._woken:
                    return
                if key.fileobj is self._server:
                    self._accept()
                elif isinstance(key.data, _Connection) and key.fd in self._open:
                    self._read(key.data)
            self._drop_idle()

    def _accept(self) -> None:
        try:
            client, remote = self._server.accept()
        except OSError:  # gone before we got to it, or out of descriptors for a moment
            return
        client.setblocking(False)
        if len(self._open) >= _CONNECTIONS:
            self._finish(next(iter(self._open.values())))
        connection = _Connection(client, f"{remote[0]}:{remote[1]}", time.monotonic())
        self._open[client.fileno()] = connection
        self._selector.register(client, selectors.EVENT_READ, connection)

    def _read(self, connection: _Connection) -> None:
        try:
            chunk = connection.socket.recv(16 * 1024)
        except BlockingIOError:
            return
        except OSError:  # reset by the other side: what came before still counts
            chunk = b""
        connection.data += chunk
        connection.touched = time.monotonic()
        if not chunk or self._complete(connection):
            self._finish(connection)

    def _complete(self, connection: _Connection) -> bool:
        data = bytes(connection.data)
        if not data[:1].isalpha():
            return True  # no HTTP, TLS for instance
        end = _END.search(data)
        if end is None:
            return len(data) > _HEAD
        head, body = data[: end.end()], len(data) - end.end()
        lowered = head.lower()
        if b"expect: 100-continue" in lowered and not connection.continued:
            connection.continued = True
            _send(connection.socket, _CONTINUE)
        if b"\ntransfer-encoding:" in lowered:
            return body > _BODY or data.endswith(b"0\r\n\r\n")
        length = _LENGTH.search(head)
        wanted = int(length.group(1)) if length else 0
        return body >= min(wanted, _BODY)

    def _finish(self, connection: _Connection) -> None:
        """Record what came, answer it, and close."""
        self._selector.unregister(connection.socket)
        del self._open[connection.socket.fileno()]
        if connection.data:
            callback = recorded(bytes(connection.data), connection.remote)
            self._tape.write(callback)
            if callback.protocol == "http":
                _send(connection.socket, _ANSWER + (b"" if callback.method == "HEAD" else _PAGE))
        connection.socket.close()

    def _drop_idle(self) -> None:
        oldest = time.monotonic() - _IDLE
        for connection in [c for c in self._open.values() if c.touched < oldest]:
            self._finish(connection)


def _send(client: socket.socket, data: bytes) -> None:
    try:
        client.send(data)
    except OSError:  # the witness is that it called; whether it hears us does not matter
        return


def token_in(data: bytes) -> str:
    """The first canary's token in what somebody sent, "" when there is none."""
    found = _TOKEN.search(data)
    return found.group().decode().lower() if found else ""


def recorded(data: bytes, remote: str) -> Callback:
    """What came in over one connection, however broken."""
    token = token_in(data)
    line = _REQUEST_LINE.match(data)
    if line is None:
        # A TLS client hello (RFC 8446: record type 22) names the host it wants in the clear.
        protocol = "tls" if data[:1] == b"\x16" else "tcp"
        text = data[:_BODY].decode("latin-1")
        return Callback(
            token=token, protocol=protocol, method="", path="", body=text, remote=remote
        )
    end = _END.search(data)
    head = data[line.end() : end.start() if end else len(data)].decode("latin-1")
    pairs = (h.partition(":") for h in head.splitlines())
    return Callback(
        token=token,
        protocol="http",
        method=line.group(1).decode().upper(),
        path=line.group(2).decode("latin-1"),
        headers={name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()},
        body=data[end.end() :][:_BODY].decode("utf-8", "replace") if end else "",
        remote=remote,
    )
