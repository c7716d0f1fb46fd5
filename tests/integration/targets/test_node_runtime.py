"""One suite of behaviours, held against our fast Node.js client and the unmodified aws-lambda-ric."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome, Status
from harness.targets.local import LocalTarget
from harness.targets.local.node import find_node

HANDLER = Path(__file__).with_name("handler.js").read_text()


class Calls:
    """A started target that takes and gives Python values."""

    def __init__(self, target: LocalTarget) -> None:
        self.target = target

    def __call__(self, event: Any) -> Outcome:
        return self.target.invoke(json.dumps(event).encode())


Start = Callable[..., Calls]


@pytest.fixture(params=["fast", "ric"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
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


def test_the_context_carries_what_lambda_gives(start: Start) -> None:
    outcome = start()({"do": "context"})
    told = outcome.response
    assert told["name"] == "f"
    assert told["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert (told["memory"], told["waits"]) == ("256", True)
    assert told["id"] == outcome.request_id
    assert 0 < told["left"] <= 3000
    assert told["keys"] == [
        "callbackWaitsForEmptyEventLoop",
        "succeed",
        "fail",
        "done",
        "functionVersion",
        "functionName",
        "memoryLimitInMB",
        "logGroupName",
        "logStreamName",
        "clientContext",
        "identity",
        "invokedFunctionArn",
        "awsRequestId",
        "tenantId",
        "getRemainingTimeInMillis",
    ]


def test_an_error_has_the_shape_of_lambdas(start: Start, tmp_path: Path) -> None:
    outcome = start()({"do": "throw"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("RangeError", "bad")
    assert set(outcome.response) == {"errorType", "errorMessage", "trace"}
    assert outcome.response["trace"][0] == "RangeError: bad"
    line = HANDLER.splitlines().index("    throw new RangeError('bad');") + 1
    innermost = outcome.error.trace[-1]
    assert innermost == (
        f"  File \"{tmp_path}/app.js\", line {line}, in throw\n    throw new RangeError('bad');\n"
    )
    assert '\tERROR\tInvoke Error \t{"errorType":"RangeError","errorMessage":"bad"' in outcome.logs


def test_what_is_thrown_need_not_be_an_error(start: Start) -> None:
    error = start()({"do": "text"}).error
    assert error is not None
    assert (error.type, error.message, error.trace) == ("string", "just text", ())


@pytest.mark.parametrize("do", ["hang", "spin"])
def test_a_hang_ends_at_the_functions_own_limit_and_the_next_call_is_cold(
    start: Start, do: str
) -> None:
    call = start(timeout=1)
    call({})
    outcome = call({"do": do})
    assert outcome.status is Status.TIMEOUT
    assert outcome.error is not None
    assert outcome.error.message.endswith("Task timed out after 1.00 seconds")
    after = call({})
    assert after.response["count"] == 1
    assert after.init is not None


def test_what_a_hanging_function_started_is_killed_even_outside_its_session(start: Start) -> None:
    outcome = start(timeout=1)({"do": "orphan"})
    assert outcome.status is Status.TIMEOUT
    assert not Path(f"/proc/{int(outcome.logs)}/cwd").exists()


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
def test_a_failed_init_is_told_at_every_call(start: Start, code: str, kind: str) -> None:
    call = start(code)
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
    start: Start, files: dict[str, str], handler: str
) -> None:
    assert start(files, handler=handler)({}).response == "here"


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        ({}, {"late": "late"}),
        ({"wait": False}, {"late": "early"}),
        ({"do": "done"}, "done"),
        ({"do": "succeed"}, "succeeded"),
        ({"do": "twice"}, "first"),
        ({"do": "nothing"}, None),
    ],
)
def test_callbacks_answer_when_the_event_loop_is_empty_or_at_once(
    start: Start, event: Any, answer: Any
) -> None:
    call = start(handler="app.callback")
    for _ in range(2):
        outcome = call(event)
        assert outcome.status is Status.OK
        assert outcome.response == answer


@pytest.mark.parametrize(
    ("do", "kind", "message"),
    [
        ("fail", "Error", "failed"),
        ("error", "TypeError", "called back"),
        ("throw", "Error", "thrown"),
    ],
)
def test_errors_of_callbacks(start: Start, do: str, kind: str, message: str) -> None:
    error = start(handler="app.callback")({"do": do}).error
    assert error is not None
    assert (error.type, error.message) == (kind, message)


@pytest.mark.parametrize(
    ("do", "kind", "message"),
    [
        ("uncaught", "TypeError", "uncaught"),
        ("unhandled", "Runtime.UnhandledPromiseRejection", "Error: nobody"),
    ],
)
def test_what_nobody_caught_is_the_calls_error_and_ends_the_process(
    start: Start, do: str, kind: str, message: str
) -> None:
    call = start()
    call({})
    outcome = call({"do": do})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == (kind, message)
    after = call({})
    assert (after.status, after.response) == (Status.OK, {"count": 1})


def test_logs_belong_to_their_invocation_in_order_with_those_of_children(start: Start) -> None:
    call = start()
    call({})
    outcome = call({"do": "log"})
    first, second, third, fourth = outcome.logs.split("\n")[:-1]
    assert (first, second) == ("printed", "child")
    assert third.endswith(f"Z\t{outcome.request_id}\tWARN\tlogged {{ a: 1 }}")
    assert fourth.endswith("\tINFO\ttwo\rlines")
    assert call({}).logs == ""


def test_logs_in_json(start: Start) -> None:
    outcome = start(environment={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "WARN"})(
        {"do": "log"}
    )
    told = json.loads(outcome.logs.splitlines()[2])
    assert (told["level"], told["message"]) == ("WARN", "logged { a: 1 }")
    assert told["requestId"] == outcome.request_id
    assert "two" not in outcome.logs


def test_a_timer_that_was_left_goes_on_in_the_next_call(start: Start) -> None:
    call = start()
    call({"do": "timer"})
    assert call({"do": "wait"}).response == "late"


def test_memory_beyond_the_functions_is_killed(start: Start) -> None:
    call = start()
    outcome = call({"do": "memory"})
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.memory > 256
    assert call({}).status is Status.OK


@pytest.mark.parametrize(
    ("do", "code", "reason"),
    [("exit", 3, "exit status 3"), ("segfault", -11, "signal: segmentation fault")],
)
def test_an_exit_is_a_crash_whose_last_words_are_kept(
    start: Start, do: str, code: int, reason: str
) -> None:
    call = start()
    outcome = call({"do": do})
    assert outcome.status is Status.CRASH
    assert outcome.exit_code == code
    assert outcome.error is not None
    assert outcome.error.type == "Runtime.ExitError"
    assert outcome.error.message.endswith(reason)
    assert outcome.logs == "last words"
    assert call({}).status is Status.OK


def test_state_survives_between_calls_until_a_restart(start: Start) -> None:
    call = start()
    outcomes = [call({}) for _ in range(3)]
    assert [o.response["count"] for o in outcomes] == [1, 2, 3]
    assert [o.init is None for o in outcomes] == [False, True, True]
    assert [call({"do": "tmp"}).response for _ in range(2)] == [False, True]
    call.target.restart()
    again = call({"do": "tmp"})
    assert again.init is not None
    assert again.response is False


def test_six_megabytes_are_the_limit_both_ways(start: Start) -> None:
    call = start()
    assert call("x" * 6_291_456).status is Status.TOO_LARGE
    assert call("x" * 6_291_000).status is Status.OK
    outcome = call({"do": "large"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert outcome.error.type == "Function.ResponseSizeTooLarge"
    assert call({}).response["count"] == 1


@pytest.mark.parametrize("value", [None, 7, "text", [], {"é": "☃ \U0001f600"}])
def test_any_json_value_goes_through(start: Start, value: Any) -> None:
    outcome = start("exports.handler = async (event) => event")(value)
    assert outcome.status is Status.OK
    assert outcome.response == value


def test_an_answer_that_is_no_json_is_an_error(start: Start) -> None:
    outcome = start()({"do": "circular"})
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == (
        "Error",
        "Unable to stringify response body",
    )
    assert start()({"do": "nothing"}).raw == "null"


def test_nothing_of_the_harness_is_in_the_environment(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("A_SECRET_OF_OURS", "x")
    told = start(environment={"OWN": "1"})({"do": "environment"}).response
    assert {"OWN", "ADDED", "AWS_REGION", "_HANDLER"} <= set(told["names"])
    assert not [name for name in told["names"] if "FAASFUZZ" in name or "OURS" in name]
    assert told["cwd"] == told["root"]
    assert told["path"].endswith(str(tmp_path))
    assert told["main"] is False


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


def test_a_response_can_be_streamed(start: Start) -> None:
    call = start(STREAM)
    assert call({}).raw == 'one {"two":2}'
    told = call({"http": True}).response
    assert told == {"statusCode": 201, "headers": {"a": "b"}, "body": 'one {"two":2}'}


def test_a_stream_that_fails_halfway_is_an_error(start: Start) -> None:
    call = start(STREAM)
    error = call({"fail": True}).error
    assert error is not None
    assert (error.type, error.message) == ("RangeError", "halfway")
    assert call({}).status is Status.OK


def test_packages_are_found_from_both_kinds_of_modules(start: Start, tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    package = layer / "nodejs" / "node_modules" / "shared"
    package.mkdir(parents=True)
    (package / "index.js").write_text("module.exports = { from: 'the layer' };")
    plain = "exports.handler = async () => require('shared').from"
    assert start({"app.js": plain}, layers=(layer,))({}).response == "the layer"
    module = "import shared from 'shared'; export const handler = async () => shared.from;"
    call = start({"esm.mjs": module}, layers=(layer,), handler="esm.handler")
    assert call({}).response == "the layer"


@pytest.mark.parametrize("runtime", ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"])
def test_other_versions_serve_as_well(start: Start, runtime: str) -> None:
    try:
        node = find_node(runtime)
    except TargetError as error:
        pytest.skip(str(error))
    if f"nodejs{node.major}.x" != runtime:
        pytest.skip(f"{runtime} is not installed")
    call = start(runtime=runtime)
    assert call({"do": "environment"}).status is Status.OK
    assert call({"do": "throw"}).status is Status.ERROR


def test_stop_leaves_no_process(start: Start) -> None:
    call = start()
    pid = call({"do": "pid"}).response
    call.target.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
