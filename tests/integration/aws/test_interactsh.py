"""Callbacks by way of an interactsh server: its side of the protocol, spoken by a server here."""

import base64
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from harness.errors import TargetError, UsageError
from harness.observers.interactsh import Interactsh
from tests.e2e.campaigns import findings_of
from tests.integration.aws.account import Account

TOKEN = "planted-interactsh-token-3Kd"
CANARY = "fzabcdefghjkmnpq"
FETCH = """
import urllib.request
def handler(event, context):
    # Names of the server's domain lead to it, as their DNS records would.
    proxy = urllib.request.ProxyHandler({"http": "SERVER"})
    try:
        urllib.request.build_opener(proxy).open(event["url"], timeout=2).read()
    except (OSError, ValueError):
        pass
    return "done"
"""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


class Server:
    """Sessions by correlation id, as https://github.com/projectdiscovery/interactsh keeps them."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.token = ""
        self.down = False
        self.polls = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        return self._answer(Request(environ))(environ, start)

    def _answer(self, request: Request) -> Response:
        host = request.host.partition(":")[0]
        if host != "127.0.0.1":
            return self._called(request, host)
        if self.down:
            return Response("<html>Bad Gateway</html>", 502)
        if request.headers.get("Authorization", "") != self.token:
            return Response("", 401)
        match request.path:
            case "/register":
                asked = json.loads(request.get_data())
                pem = base64.b64decode(asked["public-key"])
                key = serialization.load_pem_public_key(pem)
                assert isinstance(key, rsa.RSAPublicKey)
                self.sessions[asked["correlation-id"]] = {
                    "key": key, "secret": asked["secret-key"], "data": [],
                }  # fmt: skip
                return _json({"message": "registration successful"})
            case "/deregister":
                asked = json.loads(request.get_data())
                if self.sessions[asked["correlation-id"]]["secret"] == asked["secret-key"]:
                    del self.sessions[asked["correlation-id"]]
                return _json({"message": "deregistration successful"})
            case "/poll":
                return self._polled(request.args["id"], request.args["secret"])
        return Response("", 404)

    def _called(self, request: Request, host: str) -> Response:
        label = next((part for part in host.split(".") if len(part) == 33), "")
        if label[:20] not in self.sessions:
            return Response("", 404)
        lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {request.host}", "", ""]
        raw = "\r\n".join(lines) + request.get_data().decode()
        self.keep(label[:20], protocol="http", **{"full-id": host, "raw-request": raw})
        return Response("<html></html>")

    def keep(self, id: str, **told: str) -> None:
        """An interaction: `told` with the fields that every one has."""
        whole = {
            "unique-id": id,
            "remote-address": "203.0.113.9",
            "timestamp": "2026-11-21",
            **told,
        }
        self.sessions[id]["data"].append(json.dumps(whole).encode())

    def _polled(self, id: str, secret: str) -> Response:
        self.polls += 1
        session = self.sessions.get(id)
        if session is None or session["secret"] != secret:
            return _json({"error": "could not get interactions: could not get correlation-id"}, 400)
        key = b"0123456789abcdef0123456789abcdef"
        wrapped = session["key"].encrypt(
            key, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        )
        data = [sealed(key, each) for each in session["data"]]
        session["data"] = []
        told = {"data": data or None, "extra": None, "aes_key": base64.b64encode(wrapped).decode()}
        return _json(told)


def sealed(key: bytes, text: bytes, mode: Any = modes.CTR) -> str:
    start = bytes(range(16))
    cipher = Cipher(algorithms.AES(key), mode(start)).encryptor()
    return base64.b64encode(start + cipher.update(text) + cipher.finalize()).decode()


def _json(told: Any, status: int = 200) -> Response:
    return Response(json.dumps(told), status, content_type="application/json")


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    app = Server()
    http = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=http.serve_forever, args=(0.05,))
    thread.start()
    yield app, f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


def call(session: Interactsh, address: str, token: str) -> None:
    """What a function does that is led to the session's URL; `address` is what the name says."""
    url = httpx.URL(session.url(token))
    httpx.post(f"{address}{url.path}", headers={"Host": url.netloc.decode()}, content="body")


def test_a_call_is_handed_over_once_and_says_who_caused_it(server: tuple[Server, str]) -> None:
    app, address = server
    session = Interactsh(address)
    session.start()
    mark = session.mark()
    call(session, address, CANARY)
    (seen,) = session.since(mark)
    assert (seen.token, seen.protocol, seen.method) == (CANARY, "http", "POST")
    assert (seen.path, seen.body, seen.remote) == (f"/{CANARY}", "body", "203.0.113.9")
    assert session.since(mark) == (seen,)
    assert session.since(session.mark()) == ()
    assert session.notes() == ()
    session.stop()
    assert app.sessions == {}


def test_a_name_that_is_only_resolved_is_told_too(server: tuple[Server, str]) -> None:
    app, address = server
    session = Interactsh(address)
    session.start()
    (id,) = app.sessions
    name = f"{CANARY.upper()}.{session.address.partition('.')[0]}"
    app.keep(
        id, **{"protocol": "dns", "full-id": name, "q-type": "A", "raw-request": ";; QUESTION"}
    )
    (seen,) = session.since(0)
    assert (seen.token, seen.protocol, seen.method, seen.path) == (CANARY, "dns", "A", name)
    session.stop()


def test_older_servers_encrypt_otherwise(
    server: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cipher feedback, made of single blocks: the library gives the mode up."""

    def fed_back(key: bytes, text: bytes) -> str:
        block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        done = bytes(16)
        for at in range(0, len(text), 16):
            stream = block.update(done[-16:])
            done += bytes(a ^ b for a, b in zip(text[at : at + 16], stream, strict=False))
        return base64.b64encode(done).decode()

    monkeypatch.setattr("tests.integration.aws.test_interactsh.sealed", fed_back)
    _, address = server
    session = Interactsh(address)
    session.start()
    for token in (CANARY, CANARY[::-1].replace("z", "y").replace("f", "g")):
        call(session, address, token)
    assert [seen.path[1:3] for seen in session.since(0)] == ["fz", "qp"]
    session.stop()


def test_a_look_that_fails_is_survived_and_told(server: tuple[Server, str]) -> None:
    app, address = server
    session = Interactsh(address)
    session.start()
    call(session, address, CANARY)
    app.down = True
    assert session.since(0) == ()
    (note,) = session.notes()
    assert "1 looks at the interactsh server failed (502 <html>Bad Gateway" in note
    app.down = False
    assert [seen.token for seen in session.since(0)] == [CANARY]
    (id,) = app.sessions
    app.sessions[id]["data"].append(b"no JSON")
    assert len(session.since(0)) == 1
    session.stop()


def test_a_server_that_forgot_the_session_is_told_of_it_again(server: tuple[Server, str]) -> None:
    app, address = server
    session = Interactsh(address)
    session.start()
    app.sessions.clear()
    assert session.since(0) == ()
    call(session, address, CANARY)
    assert [seen.token for seen in session.since(0)] == [CANARY]
    app.sessions.clear()
    app.down = True
    assert len(session.since(0)) == 1
    assert "looks at the interactsh server failed" in session.notes()[0]
    session.stop()


def test_a_server_that_does_not_register_is_a_clear_error(server: tuple[Server, str]) -> None:
    app, address = server
    app.token = TOKEN
    with pytest.raises(TargetError, match=r"does not register us \(401\); check interactsh and"):
        Interactsh(address, "another").start()
    with pytest.raises(TargetError, match="does not register us"):
        Interactsh("http://127.0.0.1:9").start()
    session = Interactsh(address, TOKEN)
    session.start()
    session.stop()


@pytest.mark.parametrize("status", [200, 500])
def test_what_is_no_such_server_is_a_clear_error(
    server: tuple[Server, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, address = server
    monkeypatch.setattr(app, "_answer", lambda request: Response("hello", status))
    with pytest.raises(TargetError, match="does not register us") as told:
        Interactsh(address).start()
    assert "\n" not in str(told.value)


def test_a_campaign_on_what_is_deployed_is_told_by_it(
    scope: dict[str, Any], shop: Account, server: tuple[Server, str], tmp_path: Path
) -> None:
    app, address = server
    app.token = TOKEN
    shop.function("shop-oob", FETCH.replace("SERVER", address))
    options = {**scope, "interactsh": address}

    def found(**more: str) -> list[tuple[str, str]]:
        told = findings_of(
            Path("aws://eu-west-1"),
            tmp_path,
            functions=("shop-oob",),
            rules=("ssrf",),
            target="aws",
            tables={"aws": {**options, **more}},
            workers=1,
            max_invocations=30,
        )
        assert "callbacks" not in told["campaign"]["blind"]
        return [(f["function"], f["confidence"]) for f in told["findings"]]

    with pytest.raises(UsageError, match="does not register us"):
        found()
    assert found(interactsh_token=TOKEN) == [("shop-oob", "confirmed")]
    assert app.sessions == {}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in files)
