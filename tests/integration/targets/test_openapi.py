"""An API known by its OpenAPI document alone, called over HTTP/2 with a certificate of its own."""

import asyncio
import datetime
import ipaddress
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypercorn.asyncio import serve
from hypercorn.config import Config
from werkzeug.wrappers import Request, Response

from harness.cli.loading import load_application, load_catalogue
from harness.errors import UsageError
from tests.e2e.campaigns import findings_of
from tests.integration.front import Front, url
from tests.integration.served import served

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, Timeout: 5, MemorySize: 256, CodeUri: src/}}
Resources:
  Sum: {Type: AWS::Serverless::Function, Properties: {Handler: app.sum_of}}
  SumSafe: {Type: AWS::Serverless::Function, Properties: {Handler: app.sum_safely}}
"""
CODE = """
import json

def answer(value):
    return {"statusCode": 200, "headers": {"content-type": "application/json"},
            "body": json.dumps(value)}

def terms(event):
    asked = json.loads(event["body"])
    if event["pathParameters"]["sheet"] != "first" or asked["kind"] not in ("sum", "mean"):
        return "0"
    return asked["terms"]

def sum_of(event, context):
    return answer(eval(terms(event)))

def sum_safely(event, context):
    return answer(len(terms(event)))
"""
ROUTES = {"/sheets/<sheet>/sum": "Sum", "/sheets/<sheet>/safe-sum": "SumSafe"}
SHEET = {"name": "sheet", "in": "path", "required": True, "schema": {"const": "first"}}
ASKED = {
    "type": "object",
    "required": ["kind", "terms"],
    "properties": {
        "kind": {"enum": ["sum", "mean"]},
        "terms": {"type": "string", "example": "1+2"},
    },
}
OPERATION = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/x-asked"}}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "sheets", "version": "1"},
    "servers": [{"url": "/"}],
    "paths": {
        "/sheets/{sheet}/sum": {
            "parameters": [SHEET],
            "post": {"operationId": "sum", **OPERATION},
        },
        "/sheets/{sheet}/safe-sum": {"parameters": [SHEET], "post": OPERATION},
    },
    "x-asked": ASKED,
}


def certificate(folder: Path) -> tuple[Path, Path]:
    """(certificate, key) of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    own, secret = folder / "own.pem", folder / "key.pem"
    own.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return own, secret


@contextmanager
def over_http2(app: Any, folder: Path) -> Iterator[tuple[str, Path]]:
    """(address, certificate) of a WSGI application that Hypercorn serves with TLS and HTTP/2."""
    own, key = certificate(folder)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    config.certfile, config.keyfile = str(own), str(key)
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def run() -> None:
        await serve(app, config, shutdown_trigger=ended.wait, mode="wsgi")  # type: ignore[arg-type]

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        yield f"https://127.0.0.1:{port}", own
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def test_a_campaign_on_an_openapi_document_goes_over_http2(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE)

    def document(request: Request) -> Response | None:
        front.protocols.add(request.environ["SERVER_PROTOCOL"])
        if request.headers.get("X-Api-Key") != "planted-key":
            return Response('{"message":"Forbidden"}', 403, content_type="application/json")
        return Response(json.dumps(DOCUMENT)) if request.path == "/openapi.json" else None

    with served(tmp_path, "--concurrency", "2") as server:
        front = Front(server.address, ROUTES, url, document)
        with over_http2(front, tmp_path) as (address, own):
            table = {"ca": str(own), "headers": {"X-Api-Key": "planted-key"}}
            told = findings_of(
                Path(f"{address}/openapi.json"),
                tmp_path / "out",
                rules=("code-injection",),
                target="http",
                tables={"http": table},
                workers=1,
                max_invocations=200,
            )
    assert told["campaign"]["source"] == f"{address}/openapi.json"
    assert [(f["name"], f["tested"]) for f in told["functions"]] == [
        ("sum", True),
        ("POST /sheets/{sheet}/safe-sum", True),
    ]
    (finding,) = told["findings"]
    assert (finding["function"], finding["insertion_point"]) == ("sum", "/body!json/terms")
    assert front.protocols == {"HTTP/2"}


def test_a_file_says_what_may_be_called_and_where(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(
        """
swagger: "2.0"
info: {title: pets, version: "1"}
host: pets.example.com
basePath: /v1
paths:
  /pets/{id}:
    get:
      operationId: pet
      parameters:
        - {in: path, name: id, type: string, required: true}
        - {in: query, name: fields, type: string}
"""
    )
    application = load_application(path, load_catalogue(), {})
    (function,) = application.functions
    assert (function.name, function.declared_in) == ("pet", f"{path}:8")
    assert function.triggers[0].facts["path"] == "/pets/{id}"
    assert "fields" in function.triggers[0].facts["parameters_json"]
    assert [r.physical for r in application.resources] == ["https://pets.example.com/v1"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("https://api.example.com/openapi.json", "api.example.com is not among the hosts that may"),
        ("http://127.0.0.1:9/openapi.json", "http://127.0.0.1:9/openapi.json cannot be read: "),
    ],
)
def test_a_document_is_fetched_only_within_the_scope(source: str, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        load_application(Path(source), load_catalogue(), {}, tables={})
    assert told in str(refused.value)
