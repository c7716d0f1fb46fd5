"""Node.js: packages that a function asks for, and the AWS SDK as the runtime has it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome
from harness.targets.local import LocalTarget

Called = Callable[..., Outcome]

VERSION = "exports.handler = async () => require('isarray/package.json').version"


@pytest.fixture
def called(tmp_path: Path) -> Called:
    """The outcome of one call of a function with these files."""

    def call(files: dict[str, str], handler: str = "app.handler", **options: Any) -> Outcome:
        code = tmp_path / "code"
        code.mkdir(exist_ok=True)
        for name, text in files.items():
            (code / name).parent.mkdir(parents=True, exist_ok=True)
            (code / name).write_text(text)
        function = Function(
            name="F", runtime="nodejs20.x", handler=handler, code=code, timeout=20, memory=512
        )
        with LocalTarget(function, **{"environment": {}, **options}) as target:
            return target.invoke(b"{}")

    return call


def manifest(**fields: Any) -> str:
    return json.dumps({"private": True, **fields})


def test_dependencies_are_installed_once_for_all_who_ask_for_the_same(
    called: Called, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    files = {"app.js": VERSION, "package.json": manifest(dependencies={"isarray": "1.0.0"})}
    assert called(files, cache=cache).response == "1.0.0"
    (folder,) = [path for path in (cache / "envs").iterdir() if path.is_dir()]
    made = folder.stat().st_ino
    assert called(files, cache=cache).response == "1.0.0"
    assert folder.stat().st_ino == made
    assert not (tmp_path / "code" / "node_modules").exists()


def test_a_lock_is_obeyed(called: Called) -> None:
    asked = {"dependencies": {"isarray": ">=1"}}
    lock = {
        "lockfileVersion": 3,
        "packages": {"": asked, "node_modules/isarray": {"version": "2.0.4"}},
    }
    files = {"app.js": VERSION, "package.json": manifest(**asked)}
    assert called({**files, "package-lock.json": json.dumps(lock)}).response == "2.0.4"


def test_what_serves_development_is_not_there(called: Called) -> None:
    asked = manifest(dependencies={"isarray": "1.0.0"}, devDependencies={"is-object": "1.0.2"})
    code = (
        "exports.handler = async () => { try { require('is-object') } catch (e) { return e.code } }"
    )
    assert called({"app.js": code, "package.json": asked}).response == "MODULE_NOT_FOUND"


def test_packages_that_the_code_brings_are_its_packages(called: Called) -> None:
    files = {
        "app.js": "exports.handler = async () => require('own')",
        "package.json": manifest(dependencies={"own": "1.0.0"}),
        "node_modules/own/index.js": "module.exports = 'brought'",
    }
    assert called(files).response == "brought"


def test_a_package_that_cannot_be_had_is_told_in_one_line(called: Called) -> None:
    asked = manifest(dependencies={"isarray": "0.0.0-nowhere"})
    with pytest.raises(TargetError, match=r"package\.json for Node\.js 20: .*sam build") as told:
        called({"app.js": VERSION, "package.json": asked})
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"dependencies": []}'])
def test_a_package_json_that_is_none_is_told(called: Called, text: str) -> None:
    with pytest.raises(TargetError, match=r"package\.json"):
        called({"app.js": VERSION, "package.json": text})


SDK = """
const input = { QueueUrl: process.env.QUEUE, MessageBody: 'hi' };
async function handler() {
  const { SQSClient, SendMessageCommand } = await sdk();
  return (await new SQSClient({}).send(new SendMessageCommand(input))).MessageId;
}
"""
PLAIN = SDK + "const sdk = () => require('@aws-sdk/client-sqs');\nexports.handler = handler;"
DYNAMIC = SDK + "const sdk = () => import('@aws-sdk/client-sqs');\nexports.handler = handler;"
MODULE = (
    "import * as client from '@aws-sdk/client-sqs';\n"
    + SDK
    + "const sdk = () => client;\nexport { handler };"
)


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A server which answers every call of SQS."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            digest = hashlib.md5(b"hi").hexdigest()
            told = {"MessageId": "from the endpoint", "MD5OfMessageBody": digest}
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "code"), [("app.js", PLAIN), ("app.cjs", DYNAMIC), ("app.mjs", MODULE)]
)
def test_the_clients_of_the_sdk_that_the_code_names_are_there_and_call_the_endpoint(
    called: Called, endpoint: str, name: str, code: str
) -> None:
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/q",
    }
    # An SDK for development only is the runtime's all the same.
    asked = manifest(devDependencies={"@aws-sdk/client-sqs": "^3"})
    outcome = called({name: code, "package.json": asked}, environment=environment)
    assert outcome.response == "from the endpoint", outcome
    assert not [sink for sink in outcome.sinks if sink.category == "socket"]
