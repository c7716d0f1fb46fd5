"""A started function of Node.js, with our fast client and with the unmodified aws-lambda-ric."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome
from harness.targets.docker.engine import connect
from harness.targets.local import LocalTarget
from tests.integration.targets import base_image
from tests.integration.targets.hosted import call as call

HANDLER = Path(__file__).with_name("handler.js").read_text()


class Calls:
    """A started target that takes and gives Python values."""

    def __init__(self, target: LocalTarget) -> None:
        self.target = target

    def __call__(self, event: Any) -> Outcome:
        return self.target.invoke(json.dumps(event).encode())


StartNode = Callable[..., Calls]


@pytest.fixture(params=["fast", "ric"])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartNode]:
    """Starts a function whose code is the given files (by default handler.js as app.js)."""
    targets: list[LocalTarget] = []

    def started(code: str | dict[str, str] = HANDLER, **changes: Any) -> Calls:
        for name, text in ({"app.js": code} if isinstance(code, str) else code).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        function = replace(
            Function(
                name="f", runtime="nodejs20.x", handler="app.handler", code=tmp_path, memory=256
            ),
            **changes,
        )
        target = LocalTarget(function, environment={"ADDED": "yes"}, client=request.param)
        targets.append(target)
        try:
            target.start()
        except TargetError as missing:
            pytest.skip(str(missing))
        return Calls(target)

    yield started
    for target in targets:
        target.stop()


@pytest.fixture(scope="session")
def base() -> str:
    """The name of a base image for Python in the Docker engine that answers."""
    try:
        with closing(connect()) as client:
            return base_image.imported(client)
    except TargetError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def sam_base(base: str) -> str:
    """The base image, where there is a SAM CLI and an engine that it can use."""
    if shutil.which("sam") is None:
        pytest.skip("SAM CLI is not installed")
    with closing(connect()) as client:
        if not client.networks.list(names=["bridge"]):
            pytest.skip("the Docker engine has no bridge network, which SAM CLI needs")
    return base
