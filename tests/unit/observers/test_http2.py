"""The local cloud speaks HTTP/2 to clients that know nothing else."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from harness.observers.cloud.request import Answer, Request
from harness.observers.cloud.server import Server


def echo(request: Request) -> Answer:
    head = f"{request.method} {request.target} {request.header('x-one')} ".encode()
    return Answer(status=201, headers={"X-Two": "b\r\nc"}, body=head + request.body)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(echo)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("size", [0, 10, 400_000])
def test_a_request_of_any_size_is_answered(server: Server, size: int) -> None:
    with httpx.Client(http1=False, http2=True) as client:
        for _ in range(2):
            answer = client.post(
                f"http://127.0.0.1:{server.port}/a?b=%20",
                headers={"x-one": "1"},
                content=b"x" * size,
            )
            assert (answer.http_version, answer.status_code) == ("HTTP/2", 201)
            assert answer.headers["x-two"] == "b  c"
            assert answer.content == b"POST /a?b=%20 1 " + b"x" * size


def test_rubbish_after_the_preface_ends_the_connection(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        settings_of_five_bytes = b"\0\0\x05\x04\0\0\0\0\0" + b"\xff" * 5
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings_of_five_bytes)
        while client.recv(4096):
            pass
    assert httpx.get(f"http://127.0.0.1:{server.port}/").status_code == 201
