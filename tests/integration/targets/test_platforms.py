"""Functions where they run: Google's own framework as a server, stand-ins for the other hosts."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from harness.deployed.caps import CapReached
from harness.errors import TargetError, UsageError
from harness.model import Application, Function, Outcome, Status, Trigger
from harness.targets.base import Setup
from harness.targets.registry import provider

MAIN = """
import json, time
import functions_framework

@functions_framework.http
def serve(request):
    told = request.get_json(silent=True) or {}
    if told.get("fail"):
        raise ValueError("no")
    if told.get("sleep"):
        time.sleep(30)
    return json.dumps([request.path, request.args.get("q"), told]), 201, {"set-cookie": "a=1"}

@functions_framework.cloud_event
def stored(event):
    with open(event.data["to"], "w") as file:
        json.dump([event["type"], event["subject"]], file)

def background(data, context):
    with open(data["to"], "w") as file:
        json.dump([context.event_type], file)
"""


def function(name: str, platform: str, timeout: int = 5) -> Function:
    return Function(
        name=name, runtime="python3.11", handler="", code=None, timeout=timeout, provider=platform
    )


def setup(**options: Any) -> Setup:
    application = Application(name="app", source=Path("app"), functions=())
    return Setup(application=application, options=options)


def sent(way: str, one: Function, event: Any, **options: Any) -> Outcome:
    """What a function answers to an event, through `--target WAY`."""
    chosen = provider(way)
    with chosen.open(chosen.check(setup(**options))) as targets:
        assert targets.refuses(one, Trigger(template="any")) == ""
        with targets.of(one, environment={}) as target:
            return target.invoke(json.dumps(event).encode())


@pytest.fixture
def framework(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts Google's framework as its users do, and gives its URL."""
    (tmp_path / "main.py").write_text(MAIN)
    running: list[subprocess.Popen[bytes]] = []

    def started(target: str, signature: str) -> str:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        options = [f"--target={target}", f"--signature-type={signature}", f"--port={port}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "functions_framework", *options, "--host=127.0.0.1"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
        )
        running.append(process)
        for _ in range(400):
            try:
                httpx.get(f"http://127.0.0.1:{port}/robots.txt")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        return f"http://127.0.0.1:{port}"

    yield started
    for process in running:
        process.terminate()
        process.wait(60)


def http(body: Any) -> dict[str, Any]:
    headers = {"content-type": "application/json", "host": "x.run.app"}
    return {
        "method": "POST",
        "path": "/a/b",
        "query": {"q": "1 2"},
        "headers": headers,
        "body": json.dumps(body),
    }


def test_google_is_reached_over_http(framework: Callable[..., str]) -> None:
    url = framework("serve", "http")
    one = function("serve", "gcp", timeout=1)
    fine = sent("google", one, http({"n": 1}), url=url)
    assert fine.status is Status.OK
    assert isinstance(fine.response, dict)
    assert (fine.response["statusCode"], fine.response["cookies"]) == (201, ["a=1"])
    assert json.loads(fine.response["body"]) == ["/a/b", "1 2", {"n": 1}]
    failed = sent("google", one, http({"fail": True}), url=url)
    assert (failed.status, failed.error and failed.error.type) == (Status.ERROR, "HTTP 500")


def test_google_is_sent_events_as_the_platform_sends_them(
    framework: Callable[..., str], tmp_path: Path
) -> None:
    seen = tmp_path / "seen.json"
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "//x",
        "subject": "a b",
        "type": "google.cloud.storage.object.v1.finalized",
        "data": {"to": str(seen)},
    }
    assert sent("google", function("stored", "gcp"), event, url=framework("stored", "cloudevent"))
    assert json.loads(seen.read_text()) == ["google.cloud.storage.object.v1.finalized", "a%20b"]
    background = {
        "context": {"eventId": "1", "timestamp": "2026-04-09T12:34:56.000Z", "resource": "r"}
        | {"eventType": "google.storage.object.finalize"},
        "data": {"to": str(seen)},
    }
    url = framework("background", "event")
    assert sent("google", function("background", "gcp"), background, url=url).status is Status.OK
    assert json.loads(seen.read_text()) == ["google.storage.object.finalize"]


class _Host(BaseHTTPRequestHandler):
    """Speaks the documented parts of Azure's host and of OpenWhisk's controller."""

    def do_GET(self) -> None:
        self._answer(404, "")

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self.server.seen.append((self.path, dict(self.headers), text))  # type: ignore[attr-defined]
        if self.path.startswith("/admin/functions/"):
            self._answer(202, "")
        elif self.path.startswith("/api/v1/namespaces/_/actions/failing"):
            result = {"error": "The action exceeded its time limit of 5000 milliseconds."}
            response = {"status": "action developer error", "success": False, "result": result}
            self._answer(502, json.dumps({"activationId": "b2", "logs": [], "response": response}))
        elif self.path.startswith("/api/v1/"):
            response = {"status": "success", "success": True, "result": json.loads(text)}
            told = {"activationId": "a1", "logs": ["stdout: hello"], "response": response}
            self._answer(200, json.dumps(told))
        elif "hang" in self.path:
            time.sleep(8)
        else:
            self._answer(200, text)

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def host() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Host)
    server.daemon_threads = True
    server.seen = []  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_running_azure_host_gets_requests_and_inputs(host: Any) -> None:
    url = f"http://127.0.0.1:{host.server_port}"
    request = {
        "Method": "POST",
        "Url": "https://app.azurewebsites.net/api/orders/7?q=old",
        "Query": {"q": "new"},
        "Headers": {"x-a": ["1", "2"], "host": ["h"]},
        "Body": "hello",
    }
    one = function("orders", "azure")
    outcome = sent("azure", one, {"Data": {"req": request}}, url=url, key="k")
    assert isinstance(outcome.response, dict)
    assert (outcome.response["statusCode"], outcome.response["body"]) == (200, "hello")
    path, headers, _ = host.seen[-1]
    assert path == "/api/orders/7?q=new"
    assert headers["x-functions-key"] == "k"
    message = {"Data": {"item": '{"id": 1}'}, "Metadata": {}}
    assert sent("azure", one, message, url=url).status is Status.OK
    path, _, text = host.seen[-1]
    assert (path, json.loads(text)) == ("/admin/functions/orders", {"input": '{"id": 1}'})


def test_a_running_openwhisk_tells_how_an_activation_went(host: Any) -> None:
    url = f"http://127.0.0.1:{host.server_port}"
    fine = sent("openwhisk", function("a", "openwhisk"), {"n": 1}, url=url, auth="u:p")
    assert (fine.response, fine.logs, fine.request_id) == ({"n": 1}, "stdout: hello", "a1")
    path, headers, _ = host.seen[-1]
    assert path == "/api/v1/namespaces/_/actions/a?blocking=true&result=false"
    assert headers["authorization"] == "Basic dTpw"
    odd = {**http({}), "headers": {"a b": "c"}}
    # What HTTP cannot carry is never sent, and no crash of the function's.
    assert sent("google", function("f", "gcp"), odd, url=url).status is Status.TOO_LARGE
    late = sent("openwhisk", function("failing", "openwhisk"), {}, url=url)
    assert late.status is Status.TIMEOUT


def test_what_is_deployed_is_called_under_caps_and_audited(
    host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = socket.getaddrinfo
    monkeypatch.setattr(  # a name that means this machine, and does not say so
        socket,
        "getaddrinfo",
        lambda name, *more, **how: here("127.0.0.1" if "api" in str(name) else name, *more, **how),
    )
    chosen = provider("openwhisk")
    options = {"url": f"http://api.example.com:{host.server_port}", "authorised": True}
    options |= {"auth": "ada:planted-passw0rd", "max_calls": "2", "calls_per_second": "1000"}
    checked = chosen.check(replace(setup(**options), out=tmp_path))
    with (
        chosen.open(checked) as targets,
        targets.of(function("a", "openwhisk"), environment={}) as target,
    ):
        shown = target.invoke(b'{"echo": "planted-passw0rd"}')
        assert shown.response == {"echo": "withheld"}
        target.invoke(b"{}")
        with pytest.raises(CapReached, match="the cap of 2 calls"):
            target.invoke(b"{}")
    text = (tmp_path / "audit.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["call"] for line in lines] == [1, 2]
    assert lines[0]["resource"].endswith("/api/v1/namespaces/_/actions/a")
    assert "planted" not in text


def test_what_cannot_be_reached_is_told_in_one_line() -> None:
    chosen = provider("azure")
    with pytest.raises(UsageError, match="not on this machine; if you may test it"):
        chosen.check(setup(url="https://app.azurewebsites.net"))
    allowed = chosen.check(setup(url="https://app.azurewebsites.net", authorised="true"))
    assert allowed.options["state_changing"] is False
    assert [allowed.options[n] for n in ("max_calls", "calls_per_second")] == [1000, 5.0]
    for wrong in ("many", "0"):
        with pytest.raises(UsageError, match=rf"\[azure\] max_calls is '{wrong}'; write a number"):
            chosen.check(setup(url="https://a.net", authorised="true", max_calls=wrong))
    with pytest.raises(UsageError, match="Invalid IPv6 URL"):
        chosen.check(setup(url="http://[::1"))
    with pytest.raises(UsageError, match="no option 'kye'"):
        chosen.check(setup(kye="k"))
    with pytest.raises(UsageError, match="is no URL"):
        chosen.check(setup(url="localhost:7071"))
    checked = chosen.check(setup(url="http://127.0.0.1:9"))
    assert checked.options["state_changing"] is True
    with chosen.open(checked) as targets:
        assert "the blob itself" in targets.refuses(
            function("f", "azure"), Trigger(template="azure.blob.changed")
        )
        assert "no function of Azure" in targets.refuses(function("f", "gcp"), Trigger(template=""))
        with pytest.raises(TargetError, match=r"nobody answers at http://127\.0\.0\.1:9"):
            targets.of(function("f", "azure"), environment={}).start()
