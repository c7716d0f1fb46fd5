"""The peers of benchmarks/peers.py: how each is got, called, and what counts as found.

They are installed from PyPI, each into an environment of its own below ~/.cache/faasfuzz/peers.
Each is told everything that faasfuzz learnt of the function: the request that its handler accepts,
with the fields it reads. None of them would find those by itself.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.targets.http.request import HttpRequest

CACHE = Path.home() / ".cache" / "faasfuzz" / "peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One function: the rule looked for, its request, where that goes, `route` with {parameters}.

    `seconds` is what the peer may take; it is then stopped, and what it had found by then counts.
    """

    rule: str
    request: HttpRequest
    base: str
    route: str
    parameters: Mapping[str, str]
    folder: Path
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`rules` are those that it claims to find; empty means any, by the answer it takes for wrong.

    `run` says whether it found a flaw of the work's rule.
    """

    name: str
    package: str
    rules: frozenset[str]
    run: Callable[[str, Work], bool]

    def command(self) -> str:
        """Its executable, installed when it is missing."""
        folder = CACHE / self.name
        executable = folder / "bin" / self.name
        if not executable.exists():
            print(f"installing {self.package}", file=sys.stderr)
            venv.create(folder, with_pip=True)
            subprocess.run([folder / "bin" / "pip", "install", "--quiet", self.package], check=True)
        return str(executable)


def _called(command: list[str], work: Work) -> str:
    """What it printed, until it ended or was stopped."""
    with (work.folder / "printed").open("w+") as printed:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=work.folder,
            text=True,
        )
        try:
            process.wait(work.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        printed.seek(0)
        return printed.read()


def _sqlmap(executable: str, work: Work) -> bool:
    """A parameter that "is vulnerable", after its own checks for false positives."""
    target = work.request.target
    for value in work.parameters.values():  # its mark of a place to inject
        target = target.replace(value, value + "*", 1)
    base = urlsplit(work.base)
    lines = [f"{work.request.method} {base.path}{target} HTTP/1.1", f"Host: {base.netloc}"]
    lines += [f"{name}: {value.decode()}" for name, value in work.request.headers]
    saved = work.folder / "request.txt"
    saved.write_bytes("\r\n".join((*lines, "", "")).encode() + work.request.body)
    told = _called(
        [executable, "-r", str(saved), "--batch", "--level", "2", "--risk", "3",
         "--flush-session", "--disable-coloring", "--ignore-code", "*",
         "--output-dir", str(work.folder / "out")],
        work,
    )  # fmt: skip
    return "identified the following injection point" in told or "is vulnerable" in told


# Its modules, as `wapiti --list-modules` describes them.
_MODULES = {
    "sql-injection": "sql,timesql",
    "os-command-injection": "exec",
    "code-injection": "exec",
    "path-traversal": "file",
    "xss": "xss,permanentxss",
    "open-redirect": "redirect",
    "ldap-injection": "ldap",
    "xxe": "xxe",
}


def _wapiti(executable: str, work: Work) -> bool:
    """Any entry of its report's vulnerabilities, of the modules for the rule."""
    report = work.folder / "report.json"
    _called(
        [executable, "-u", work.base + "/", "--swagger", str(_openapi(work)), "--scope", "folder",
         "-m", _MODULES[work.rule], "--flush-session", "--no-bugreport",
         "--max-scan-time", str(work.seconds - 5), "-f", "json", "-o", str(report), "-d", "0",
         "--store-session", str(work.folder / "session")],
        work,
    )  # fmt: skip
    if not report.exists():
        return False
    found = json.loads(report.read_text())["vulnerabilities"]
    return any(found.values())


def _schemathesis(executable: str, work: Work) -> bool:
    """A failed check for server errors (a 5xx), the one of its checks that tells of the code."""
    report = work.folder / "report.json"
    _called(
        [executable, "run", str(_openapi(work)), "--url", work.base, "--checks",
         "not_a_server_error", "--max-failures", "1", "--seed", "7",
         "--max-examples", "200", "--report", "junit", "--report-junit-path", str(report)],
        work,
    )  # fmt: skip
    return report.exists() and "<failure" in report.read_text()


def _openapi(work: Work) -> Path:
    """An OpenAPI document of the request."""
    path, _, query = work.request.target.partition("?")
    headers = {name.lower(): value.decode() for name, value in work.request.headers}
    cookies = dict(
        pair.strip().split("=", 1) for pair in headers.get("cookie", "").split(";") if "=" in pair
    )
    parameters = [
        {"name": name, "in": place, "required": True, "schema": _schema(value), "example": value}
        for place, values in (
            ("path", work.parameters),
            ("query", dict(parse_qsl(query, keep_blank_values=True))),
            ("cookie", cookies),
        )
        for name, value in values.items()
    ]
    operation: dict[str, Any] = {
        "parameters": parameters,
        "responses": {"default": {"description": "any"}},
    }
    if work.request.body:
        kind = headers.get("content-type", "application/json")
        try:
            body = json.loads(work.request.body)
        except ValueError:
            body, kind = work.request.body.decode("utf-8", "replace"), "text/plain"
        content = {kind: {"schema": _schema(body), "example": body}}
        operation["requestBody"] = {"required": True, "content": content}
    route = work.route.replace("+}", "}") if work.parameters else unquote(path)
    document = {
        "openapi": "3.0.3",
        "info": {"title": "function", "version": "1"},
        "servers": [{"url": work.base}],
        "paths": {route: {work.request.method.lower(): operation}},
    }
    saved = work.folder / "openapi.json"
    saved.write_text(json.dumps(document))
    return saved


def _schema(value: Any) -> dict[str, Any]:
    """A JSON Schema that a value of that shape fits."""
    if isinstance(value, dict):
        return {
            "type": "object",
            "properties": {name: _schema(item) for name, item in value.items()},
            "required": list(value),
            "example": value,
        }
    if isinstance(value, list):
        return {"type": "array", "items": _schema(value[0]) if value else {}}
    if isinstance(value, bool):
        return {"type": "boolean"}
    kinds = ((int, "integer"), (float, "number"), (str, "string"))
    name = next((name for kind, name in kinds if isinstance(value, kind)), None)
    return {"type": name, "example": value} if name else {"nullable": True}


PEERS = (
    Peer(name="sqlmap", package="sqlmap==1.10.10", rules=frozenset({"sql-injection"}), run=_sqlmap),
    Peer(name="wapiti", package="wapiti3==3.2.3", rules=frozenset(_MODULES), run=_wapiti),
    Peer(name="schemathesis", package="schemathesis==4.32.5", rules=frozenset(), run=_schemathesis),
)
