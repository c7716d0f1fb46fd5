"""Node.js: how handlers and packages are found, and what streams answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Status
from harness.targets.local import LocalTarget
from harness.targets.local.node import find_node


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("require('nowhere')", "Runtime.ImportModuleError"),
        ("exports.handler = (", "Runtime.UserCodeSyntaxError"),
        ("", "Runtime.HandlerNotFound"),
        ("exports.handler = 5", "Runtime.HandlerNotFound"),
        ("null.x", "TypeError"),
        ("process.exit(4)", "Runtime.ExitError"),
    ],
)
def test_a_failed_init_is_told_at_every_call(
    node: Callable[..., Any], code: str, kind: str
) -> None:
    call = node(code)
    for _ in range(2):
        outcome = call({})
        assert outcome.status is Status.INIT_ERROR
        assert outcome.error is not None
        assert outcome.error.type == kind


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"app.js": "exports.handler = async () => 'here'"}, "app.handler"),
        ({"src/api/app.js": "exports.a = {b: async () => 'here'}"}, "src/api/app.a.b"),
        ({"app.cjs": "exports.handler = async () => 'here'"}, "app.handler"),
        ({"app.mjs": "export const handler = async () => 'here'"}, "app.handler"),
        (
            {
                "package.json": '{"type": "module"}',
                "app.js": "import fs from 'fs'; await 0; export const handler = async () => 'here'",
            },
            "app.handler",
        ),
        ({"app/index.js": "exports.handler = async () => 'here'"}, "app/index.handler"),
        ({"node_modules/app/index.js": "exports.handler = async () => 'here'"}, "app.handler"),
    ],
)
def test_a_handler_is_found_by_lambdas_rule(
    node: Callable[..., Any], files: dict[str, str], handler: str
) -> None:
    assert node(files, handler=handler)({}).response == "here"


def test_nothing_of_the_harness_is_in_the_environment(
    node: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("A_SECRET_OF_OURS", "x")
    told = node(environment={"OWN": "1"})({"do": "environment"}).response
    assert {"OWN", "ADDED", "AWS_REGION", "_HANDLER"} <= set(told["names"])
    assert not [name for name in told["names"] if "FAASFUZZ" in name or "OURS" in name]
    assert told["cwd"] == told["root"]
    assert told["path"].endswith(str(tmp_path))
    assert told["main"] is False


def test_packages_are_found_from_both_kinds_of_modules(
    node: Callable[..., Any], tmp_path: Path
) -> None:
    layer = tmp_path / "layer"
    package = layer / "nodejs" / "node_modules" / "shared"
    package.mkdir(parents=True)
    (package / "index.js").write_text("module.exports = { from: 'the layer' };")
    plain = "exports.handler = async () => require('shared').from"
    assert node({"app.js": plain}, layers=(layer,))({}).response == "the layer"
    module = "import shared from 'shared'; export const handler = async () => shared.from;"
    call = node({"esm.mjs": module}, layers=(layer,), handler="esm.handler")
    assert call({}).response == "the layer"


@pytest.mark.parametrize("runtime", ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"])
def test_other_versions_serve_as_well(node: Callable[..., Any], runtime: str) -> None:
    try:
        found = find_node(runtime)
    except TargetError as error:
        pytest.skip(str(error))
    if f"nodejs{found.major}.x" != runtime:
        pytest.skip(f"{runtime} is not installed")
    call = node(runtime=runtime)
    assert call({"do": "environment"}).status is Status.OK
    assert call({"do": "throw"}).status is Status.ERROR


STREAM = """
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  if (event.http) {
    stream = awslambda.HttpResponseStream.from(stream, {statusCode: 201, headers: {a: 'b'}});
  }
  stream.write('one ');
  stream.write({two: 2});
  if (event.fail) throw new RangeError('halfway');
  stream.end();
});
"""


def test_a_response_can_be_streamed(node: Callable[..., Any]) -> None:
    call = node(STREAM)
    assert call({}).raw == 'one {"two":2}'
    told = call({"http": True}).response
    assert told == {"statusCode": 201, "headers": {"a": "b"}, "body": 'one {"two":2}'}


def test_a_stream_that_fails_halfway_is_an_error(node: Callable[..., Any]) -> None:
    call = node(STREAM)
    error = call({"fail": True}).error
    assert error is not None
    assert (error.type, error.message) == ("RangeError", "halfway")
    assert call({}).status is Status.OK


def test_typescript_has_to_be_built_first(tmp_path: Path) -> None:
    (tmp_path / "app.ts").write_text("export const handler = async () => 1;")
    function = Function(name="f", runtime="nodejs20.x", handler="app.handler", code=tmp_path)
    with pytest.raises(TargetError, match="is TypeScript; build it"):
        LocalTarget(function, environment={}).start()
