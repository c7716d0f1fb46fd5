"""A function of a few lines, run in a real runtime process with sensors."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome
from harness.targets.local import LocalTarget
from harness.targets.local.interpreters import find_interpreter

Running = Callable[..., AbstractContextManager[LocalTarget]]


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """Starts the module of this source (its `handler`) on a local target."""

    @contextmanager
    def start(
        code: str, requirements: str = "", runtime: str = "python3.11", **options: Any
    ) -> Iterator[LocalTarget]:
        (tmp_path / "app.py").write_text(code)
        if requirements:
            (tmp_path / "requirements.txt").write_text(requirements)
        function = Function(
            name="F", runtime=runtime, handler="app.handler", code=tmp_path, timeout=20, memory=512
        )
        with LocalTarget(function, **{"environment": {}, **options}) as target:
            yield target

    return start


def _handler(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"import base64, json, os\ndef handler(event, context):\n{lines}\n"


@pytest.fixture
def called(running: Running) -> Callable[..., Outcome]:
    """The outcome of one call of a handler with this body."""

    def call(body: str, event: Any = None, **options: Any) -> Outcome:
        with running(_handler(body), **options) as target:
            return target.invoke(json.dumps(event).encode())

    return call


@pytest.fixture
def reads(running: Running) -> Callable[..., set[tuple[str, str, Any]]]:
    """What a learning call of a handler with this body reads: (address, kind, value)."""

    def learn(
        body: str, event: Any, extra: dict[str, str] | None = None
    ) -> set[tuple[str, str, Any]]:
        with running(_handler(body)) as target:
            outcome = target.invoke(json.dumps(event).encode(), learn=True, extra=extra or {})
        assert outcome.error is None, outcome.error
        return {(read.address, read.kind, read.value) for read in outcome.reads}

    return learn


@pytest.fixture(params=["python3.8", "python3.9", "python3.11", "python3.12", "python3.13"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Each Python of Lambda's that this machine has."""
    name = str(request.param)
    try:
        find_interpreter(name)
    except TargetError as missing:
        pytest.skip(str(missing))
    return name


@pytest.fixture
def called_node(tmp_path: Path) -> Callable[..., Any]:
    """The outcome of a call (or of several) of a Node.js handler with this body.

    A body without `return` answers with the number of its last line.
    """

    def call(
        body: str, event: Any = None, kind: str = "js", times: int = 1, **options: Any
    ) -> Outcome | list[Outcome]:
        (tmp_path / f"app.{kind}").write_text(_node_handler(body, kind))
        learn = options.pop("learn", False)
        extra = options.pop("extra", None)
        function = Function(
            name="F",
            runtime="nodejs20.x",
            handler="app.handler",
            code=tmp_path,
            timeout=20,
            memory=512,
        )
        with LocalTarget(function, **{"environment": {}, **options}) as target:
            told = json.dumps(event).encode()
            outcomes = [target.invoke(told, learn=learn, extra=extra) for _ in range(times)]
        return outcomes[0] if times == 1 else outcomes

    return call


_NAMES = {
    "child_process": "exec, execSync, execFile, execFileSync, spawn, spawnSync",
    "util": "promisify",
}


def _node_handler(body: str, kind: str) -> str:
    if kind == "mjs":
        head = "".join(f"import {{ {names} }} from '{module}';" for module, names in _NAMES.items())
        head += "import fs from 'fs'; import dns from 'node:dns';"
        head += "import { createRequire } from 'module';"
        head += "const require = createRequire(import.meta.url);\nexport const handler = "
    else:
        head = "".join(f"const {{ {n} }} = require('{m}');" for m, n in _NAMES.items())
        head += "const fs = require('fs'); const dns = require('dns');\nexports.handler = "
    last = len(body.splitlines()) + 2
    return f"{head}async function handler(event, context) {{\n{body}\nreturn {last};\n}};\n"
