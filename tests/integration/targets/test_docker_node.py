"""Functions of Node.js in real containers: watched from inside, as those of Python are."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome, Status
from harness.targets.docker.engine import connect
from harness.targets.docker.ownership import labels
from harness.targets.docker.target import DockerTarget
from tests.integration.targets import base_image

HANDLER = """
const { execSync } = require('child_process');
exports.handler = async (event) => {
  if (event.do === 'run') return execSync('exit 0; ' + event.text).toString();
  if (event.do === 'count') return eval(event.text);
  const told = execSync('echo $NODE_OPTIONS, $PYTHONPATH', { shell: '/bin/sh' }).toString();
  return { names: Object.keys(process.env), given: process.env.NODE_OPTIONS, children: told };
};
"""


@pytest.fixture
def target(tmp_path: Path) -> Iterator[DockerTarget]:
    (tmp_path / "app.js").write_text(HANDLER)
    function = Function(
        name="f",
        runtime="nodejs20.x",
        handler="app.handler",
        code=tmp_path,
        memory=256,
        environment={"OWN": "1", "NODE_OPTIONS": "--no-warnings"},
    )
    try:
        client = connect()
    except TargetError as missing:
        pytest.skip(str(missing))
    with closing(client):
        made = DockerTarget(
            function,
            client=client,
            environment={"ADDED": "yes"},
            image=base_image.imported(client, "node"),
            pull="never",
            labels=labels("test", "f"),
        )
        with made:
            yield made


@pytest.fixture
def call(target: DockerTarget) -> Callable[[Any], Outcome]:
    return lambda event: target.invoke(json.dumps(event).encode())


def test_sensors_watch_node_in_a_container_and_leave_no_trace(
    target: DockerTarget, call: Callable[[Any], Outcome]
) -> None:
    assert target.blind == {"coverage"}
    ran = call({"do": "run", "text": "a b"})
    assert ran.status is Status.OK, ran
    (sink,) = [s for s in ran.sinks if s.operation == "child_process.execSync"]
    assert (sink.file, sink.line) == ("app.js", 4)
    assert "a b" in str(sink.arguments)
    counted = call({"do": "count", "text": "6 * 7"})
    assert counted.response == 42
    assert {(s.file, s.line) for s in counted.sinks if s.category == "code"} == {("app.js", 5)}
    told = call({}).response
    assert {"OWN", "ADDED", "AWS_REGION", "_HANDLER"} <= set(told["names"])
    assert not [name for name in told["names"] if "FAASFUZZ" in name]
    assert (told["given"], told["children"]) == ("--no-warnings", "--no-warnings,\n")
    assert "sensors" not in target.blind
