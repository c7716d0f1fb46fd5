"""A lean HTTP server: a thread a connection, kept alive, as SDKs hold few of them."""

import re
import socket
from collections.abc import Callable
from http import HTTPStatus
from io import BufferedIOBase
from threading import BoundedSemaphore, Event, Lock, Thread

from harness.observers.cloud.http2 import serve_http2, speaks_http2
from harness.observers.cloud.request import Answer, Request

_CONNECTIONS = 64  # more wait in the backlog
_HEAD = 64 * 1024
_BODY = 64 * 1024 * 1024
_LINE = re.compile(r"([A-Z]{1,20}) (\S+) HTTP/1\.[01]")
_LATIN = "latin-1"


class _Rubbish(Exception):
    """What came is no HTTP/1.1 that we read: the connection is closed."""


class Server:
    """Calls `answer` for each request, from the connection's own thread."""

    def __init__(
        self, answer: Callable[[Request], Answer], host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.host = host
        self._answer = answer
        self._wanted = port
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._free = BoundedSemaphore(_CONNECTIONS)

    def start(self) -> None:
        self._socket = socket.create_server((self.host, self._wanted), backlog=256)
        self._stopping = Event()
        self._thread = Thread(target=self._accept, name="local-cloud", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        socket.create_connection(self._socket.getsockname()).close()  # ends the accept
        with self._lock:
            for client in self._open:
                _shut(client)
        self._thread.join()
        self._socket.close()

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def _accept(self) -> None:
        while not self._stopping.is_set():
            client, _ = self._socket.accept()
            if self._stopping.is_set():
                client.close()
                return
            while not self._free.acquire(timeout=0.5):
                self._drop_one()
            with self._lock:
                self._open.add(client)
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _drop_one(self) -> None:
        """A function that leaks connections must not hang: some connection gives way."""
        with self._lock:
            for client in self._open:
                _shut(client)
                return

    def _serve(self, client: socket.socket) -> None:
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if speaks_http2(client):
                serve_http2(client, self._answer)
                return
            with client.makefile("rb") as reader:
                while (request := _read(reader, client)) is not None:
                    client.sendall(_written(self._answer(request), request.method))
        except (OSError, _Rubbish):
            pass  # the client left, or never spoke HTTP: nobody to answer
        finally:
            with self._lock:
                self._open.discard(client)
            client.close()
            self._free.release()


def _shut(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed already


def _read(reader: BufferedIOBase, client: socket.socket) -> Request | None:
    """The next request of a connection, None when it is over. Raises _Rubbish."""
    line = reader.readline(_HEAD)
    if not line:
        return None
    match = _LINE.fullmatch(line.decode(_LATIN).rstrip("\r\n"))
    if match is None:
        raise _Rubbish
    headers: dict[str, str] = {}
    lengths: dict[str, str] = {}
    size = 0
    while (raw := reader.readline(_HEAD)) not in (b"\r\n", b"\n", b""):
        size += len(raw)
        name, colon, value = raw.decode(_LATIN).partition(":")
        if not colon or size > _HEAD:
            raise _Rubbish
        headers[name] = lengths[name.lower()] = value.strip()
    if lengths.get("expect", "").lower() == "100-continue":
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")  # else botocore waits a second
    if "chunked" in lengths.get("transfer-encoding", "").lower():
        body = _chunks(reader)
        headers = {n: v for n, v in headers.items() if n.lower() != "transfer-encoding"}
    else:
        length = lengths.get("content-length", "0")
        if not length.isdecimal() or int(length) > _BODY:
            raise _Rubbish
        body = reader.read(int(length))
    target = match.group(2)
    if not target.startswith("/"):  # absolute form, as sent to a proxy
        target = "/" + target.partition("://")[2].partition("/")[2]
    return Request(method=match.group(1), target=target, headers=headers, body=body)


def _chunks(reader: BufferedIOBase) -> bytes:
    body = bytearray()
    while True:
        size = reader.readline(1024).split(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            raise _Rubbish from None
        if length < 0 or len(body) + length > _BODY:
            raise _Rubbish
        if length == 0:
            while reader.readline(_HEAD) not in (b"\r\n", b"\n", b""):
                continue  # trailers
            return bytes(body)
        body += reader.read(length)
        reader.readline(1024)


def _written(answer: Answer, method: str) -> bytes:
    """The answer in one piece, so that it leaves in one packet."""
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    for name, value in answer.headers.items():
        # A function may store header values with line breaks in them; they never leave as such.
        lines.append(f"{name}: {value}".replace("\r", " ").replace("\n", " "))
    length = len(answer.body) if answer.length is None else answer.length
    if answer.status not in (204, 304):
        lines.append(f"content-length: {length}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")
    return head if method == "HEAD" or answer.status in (204, 304) else head + answer.body
