"""The HTTP interface that Lambda offers to a runtime, over raw sockets, for one runtime.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, version 2018-06-01. Only framing
lives here: which request means what is for the caller to say.
"""

import select
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.targets.local.channel import RESPONSE_LIMIT

_READ = 1 << 18
_REASONS = {200: "OK", 202: "Accepted", 404: "Not Found", 413: "Request Entity Too Large"}
# A body beyond the limit is refused anyway: its bytes are counted and thrown away.
_KEEP = RESPONSE_LIMIT + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A whole request. `size` is the length of the body, which is cut beyond Lambda's limit."""

    connection: socket.socket
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int


class RuntimeApiServer:
    """Listens on a port of `host`; clients keep their connections alive."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._listener = socket.create_server((host, 0))
        self._poll = select.poll()
        self._poll.register(self._listener, select.POLLIN)
        self._open: dict[int, _Connection] = {}

    @property
    def address(self) -> str:
        """host:port, for AWS_LAMBDA_RUNTIME_API."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def receive(self, tick: float) -> HttpRequest | None:
        """The next whole request, None when none is complete after `tick` seconds."""
        for fd, _ in self._poll.poll(tick * 1000):
            if fd == self._listener.fileno():
                connected, _ = self._listener.accept()
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open[connected.fileno()] = _Connection(connected)
                self._poll.register(connected, select.POLLIN)
                continue
            connection = self._open[fd]
            if not connection.read():
                self._poll.unregister(fd)
                del self._open[fd]
                connection.socket.close()
                continue
            request = connection.request()
            if request is not None:
                return request
        return None

    def reply(
        self,
        connection: socket.socket,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a request. Raises OSError when the client is gone."""
        lines = [f"HTTP/1.1 {status} {_REASONS[status]}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join((*lines, f"Content-Length: {len(body)}", "\r\n"))
        connection.sendall(head.encode("latin-1") + body)

    def close(self) -> None:
        for connection in self._open.values():
            connection.socket.close()
        self._open.clear()
        self._listener.close()


class _Connection:
    """Bytes of one client until they make a request."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._buffer = bytearray()
        self._head: tuple[str, str, dict[str, str]] | None = None
        self._body = bytearray()
        self._size = 0

    def read(self) -> bool:
        """Take what has arrived; False at the end of the stream."""
        try:
            chunk = self.socket.recv(_READ)
        except OSError:
            return False  # reset by a runtime that was killed: the exit status tells
        self._buffer += chunk
        return bool(chunk)

    def request(self) -> HttpRequest | None:
        if self._head is None and not self._parse_head():
            return None
        assert self._head is not None
        method, path, headers = self._head
        if headers.get("transfer-encoding", "").lower() == "chunked":
            complete = self._take_chunks(headers)
        else:
            length = int(headers.get("content-length") or 0)
            self._take(min(len(self._buffer), length - self._size))
            complete = self._size == length
        if not complete:
            return None
        request = HttpRequest(
            connection=self.socket,
            method=method,
            path=path,
            headers=headers,
            body=bytes(self._body),
            size=self._size,
        )
        self._head, self._size = None, 0
        self._body.clear()
        return request

    def _parse_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        method, path, _ = first.split(" ", 2)
        headers = _fields(lines)
        if headers.get("expect", "").lower() == "100-continue":
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._head = method, path, headers
        return True

    def _take(self, count: int) -> None:
        room = max(0, _KEEP - len(self._body))
        self._body += self._buffer[: min(count, room)]
        del self._buffer[:count]
        self._size += count

    def _take_chunks(self, headers: dict[str, str]) -> bool:
        """Chunked transfer (RFC 9112, 7.1), as streaming runtimes send; trailers become headers."""
        while True:
            line_end = self._buffer.find(b"\r\n")
            if line_end < 0:
                return False
            length = int(self._buffer[:line_end].split(b";")[0], 16)
            if length == 0:
                end = self._buffer.find(b"\r\n\r\n", line_end)
                if end < 0:
                    return False
                headers |= _fields(self._buffer[line_end:end].decode("latin-1").split("\r\n")[1:])
                del self._buffer[: end + 4]
                return True
            if len(self._buffer) < line_end + 2 + length + 2:
                return False
            del self._buffer[: line_end + 2]
            self._take(length)
            del self._buffer[:2]


def _fields(lines: Iterable[str]) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in lines if line)
    return {name.strip().lower(): value.strip() for name, value in pairs}
