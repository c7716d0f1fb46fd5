"""The out-of-band listener and its hostile clients."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from harness.model import Canary
from harness.observers.listener import Listener

TOKEN = Canary.make(1, 1).token


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    listener.start()
    yield listener
    listener.stop()


def connect(listener: Listener) -> socket.socket:
    host, port = listener.address.split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def ask(listener: Listener, method: str, path: str, **rest: object) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(listener.address, timeout=10)
    connection.request(method, path, **rest)  # type: ignore[arg-type]
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "OPTIONS", "PROPFIND"])
def test_every_method_is_answered_and_recorded_with_its_token(
    listener: Listener, method: str
) -> None:
    mark = listener.mark()
    assert ask(listener, method, f"/{TOKEN}").status == 200
    (callback,) = listener.since(mark)
    assert (callback.method, callback.token, callback.path) == (method, TOKEN, f"/{TOKEN}")


def test_the_token_is_found_in_host_header_and_body(listener: Listener) -> None:
    ask(listener, "GET", "/", headers={"Host": f"{TOKEN.upper()}.oob.faasfuzz.invalid"})
    ask(listener, "POST", "/", body=f"x={TOKEN}")
    ask(listener, "GET", "/", headers={"X-Thing": TOKEN})
    ask(listener, "GET", "/plain")
    assert [c.token for c in listener.since(0)] == [TOKEN, TOKEN, TOKEN, ""]


def test_a_body_is_cut_at_four_kilobytes(listener: Listener) -> None:
    ask(listener, "POST", f"/{TOKEN}", body="x" * 5000)
    assert len(listener.since(0)[0].body) == 4096


def test_a_chunked_body_is_read(listener: Listener) -> None:
    ask(listener, "POST", "/", body=iter([b"a", TOKEN.encode()]), encode_chunked=True)
    assert listener.since(0)[0].token == TOKEN


def test_a_client_that_expects_to_be_told_to_go_on_is_told(listener: Listener) -> None:
    with connect(listener) as client:
        client.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(TOKEN.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    assert listener.since(0)[0].body == TOKEN


def test_a_tls_hello_names_its_host(listener: Listener) -> None:
    context = ssl.create_default_context()
    with connect(listener) as client, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(client, server_hostname=f"{TOKEN}.example.com")
    callback = listener.wait(TOKEN, 10)
    assert callback is not None
    assert callback.protocol == "tls"


def test_half_a_request_counts_when_its_sender_leaves(listener: Listener) -> None:
    with connect(listener) as client:
        client.sendall(b"GET /" + TOKEN.encode())
    callback = listener.wait(TOKEN, 10)
    assert callback is not None
    assert callback.protocol == "tcp"


def test_rubbish_and_silent_clients_do_not_keep_others_out(listener: Listener) -> None:
    crowd = [connect(listener) for _ in range(200)]
    for client in crowd[::3]:
        try:
            client.sendall(b"\x00\xff" * 100)
        except OSError:
            continue
    assert ask(listener, "GET", f"/{TOKEN}").status == 200
    assert listener.wait(TOKEN, 10) is not None
    for client in crowd:
        client.close()


def test_an_endless_head_is_cut_off(listener: Listener) -> None:
    with connect(listener) as client:
        try:
            for _ in range(1000):
                client.sendall(b"GET /" + TOKEN.encode() + b"x" * 4096)
        except OSError:
            pass
        assert listener.wait(TOKEN, 10) is not None


def test_waiting_for_what_never_comes_ends(listener: Listener) -> None:
    begun = time.monotonic()
    assert listener.wait("fzaaaaaaaaaaaaaa", 0.01) is None
    assert time.monotonic() >= begun
