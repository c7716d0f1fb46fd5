"""What lets the harness in is in nothing that it writes, whatever a function shows of it.

What is called answers with all that it was sent, unescaped, so that there is a finding and its
evidence is full of credentials. AWS's own have their test beside the account's.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
OTHERS = Path(__file__).parents[2] / "other_clouds"
ID_TOKEN = "eyJpl4nted.Id-T0ken.of-Ada77"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  greet:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: .
      Events: {Get: {Type: Api, Properties: {Path: /greet, Method: get}}}
"""


class _Echo(BaseHTTPRequestHandler):
    """A function's front, OpenWhisk's controller, and a user pool of Cognito."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_GET

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        sent = f"{self.path}\n{self.headers}\n{body}"
        self.server.sent.append(sent)  # type: ignore[attr-defined]
        kind, text = "text/html", f"<p>{sent}</p>"
        if "InitiateAuth" in self.headers.get("x-amz-target", ""):
            told = {"AuthenticationResult": {"IdToken": ID_TOKEN}}
            kind, text = "application/x-amz-json-1.1", json.dumps(told)
        elif self.path.startswith("/api/v1/"):
            page = f"{text}{_values(body)}"
            headers = {"content-type": "text/html"}
            result = {"statusCode": 200, "headers": headers, "body": page}
            response = {"status": "success", "success": True, "result": result}
            kind = "application/json"
            text = json.dumps({"activationId": "a1", "logs": [str(sent)], "response": response})
        else:
            text += _values(body)
        encoded = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, format: str, *args: object) -> None: ...


def _values(body: str) -> str:
    """The texts of a JSON object: markup in them is no longer escaped."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    return " ".join(map(str, told.values())) if isinstance(told, dict) else str(told)


@contextmanager
def echo() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    server.sent = []  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Way:
    """A target and what lets it in: `shown` is a credential as it is sent, `secrets` are all."""

    target: str
    source: str
    table: str
    shown: str
    secrets: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


KEY, PASSWORD = "pl4nted-Azur3-k3y-55", "pl4nted-Passw0rd!66"
TOKEN, AUTH = "ya29.pl4nted-G00gle-t0ken", "23bc46b1-pl4nted:123zO3-pl4nted-k3y"
SECRET, SESSION = "pl4nted/S3cret+Key9876543210", "pl4ntedSess10nToken/abc+DEF=="
WAYS = {
    "azure": Way("azure", "azure", f'key = "{KEY}"', KEY, (KEY,)),
    "google": Way("google", "google", f'token = "{TOKEN}"', f"Bearer {TOKEN}", (TOKEN,)),
    "openwhisk": Way(
        "openwhisk",
        "openwhisk",
        f'auth = "{AUTH}"',
        packed(AUTH),
        (AUTH, packed(AUTH), AUTH.split(":")[1]),
    ),
    "cognito": Way(
        "http",
        "",
        'cognito = {region = "eu-west-1", client_id = "c", username = "ada", '
        f'password = "{PASSWORD}", endpoint_url = "ADDRESS"}}',
        f"Bearer {ID_TOKEN}",
        (PASSWORD, ID_TOKEN),
    ),
    "sigv4": Way(
        "http",
        "",
        'sigv4 = {region = "eu-west-1"}',
        SESSION,
        (SECRET, SESSION),
        {
            "AWS_ACCESS_KEY_ID": "AKIAPLANTEDPLANTED12",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": SESSION,
        },
    ),
}


def test_credentials_of_each_target_are_in_no_output(tmp_path: Path) -> None:
    with echo() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        running = {name: begun(tmp_path / name, way, address) for name, way in WAYS.items()}
        told = {name: process.communicate(timeout=300) for name, process in running.items()}
    sent = "".join(server.sent)  # type: ignore[attr-defined]
    for name, way in WAYS.items():
        out, error = told[name]
        assert running[name].returncode == 1, f"{name}: {out}{error}"
        assert way.shown in sent, name
        folder = tmp_path / name
        found = json.loads((folder / "out" / "findings.json").read_text())["findings"]
        assert "xss" in {finding["rule"] for finding in found}, name
        files = [p for p in folder.rglob("*") if p.is_file() and p.name != "faasfuzz.toml"]
        assert {"campaign.db", "report.html"} <= {p.name for p in files}
        written = b"".join(p.read_bytes() for p in files) + (out + error).encode()
        assert b"withheld" in written, name
        for secret in way.secrets:
            assert secret.encode() not in written, name


def begun(folder: Path, way: Way, address: str) -> subprocess.Popen[str]:
    """A campaign that is under way."""
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text("def handler(event, context): pass\n")
    (folder / "faasfuzz.toml").write_text(
        f'[{way.target}]\nurl = "{address}"\n{way.table.replace("ADDRESS", address)}\n'
    )
    source = str(OTHERS / way.source) if way.source else "template.yaml"
    return subprocess.Popen(
        [
            *(COMMAND, "run", source, "--target", way.target, "--function", "greet"),
            *("--rule", "xss", "--max-invocations", "60", "--workers", "1", "--seed", "3"),
            *("--out", "out", "--fail-on", "low"),
        ],
        cwd=folder,
        env={**os.environ, **way.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
