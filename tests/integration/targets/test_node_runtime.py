"""Node.js: one suite of behaviours, held against our client and aws-lambda-ric."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.model import Status

HANDLER = Path(__file__).with_name("handler.js").read_text()


def test_the_context_carries_what_lambda_gives(node: Callable[..., Any]) -> None:
    outcome = node()({"do": "context"})
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


def test_an_error_has_the_shape_of_lambdas(node: Callable[..., Any], tmp_path: Path) -> None:
    outcome = node()({"do": "throw"})
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


def test_what_is_thrown_need_not_be_an_error(node: Callable[..., Any]) -> None:
    error = node()({"do": "text"}).error
    assert error is not None
    assert (error.type, error.message, error.trace) == ("string", "just text", ())


@pytest.mark.parametrize("do", ["hang", "spin"])
def test_a_hang_ends_at_the_functions_own_limit_and_the_next_call_is_cold(
    node: Callable[..., Any], do: str
) -> None:
    call = node(timeout=1)
    call({})
    outcome = call({"do": do})
    assert outcome.status is Status.TIMEOUT
    assert outcome.error is not None
    assert outcome.error.message.endswith("Task timed out after 1.00 seconds")
    after = call({})
    assert after.response["count"] == 1
    assert after.init is not None


def test_what_a_hanging_function_started_is_killed_even_outside_its_session(
    node: Callable[..., Any],
) -> None:
    call = node(timeout=1)
    call({})  # the first log of aws-lambda-ric is its own
    outcome = call({"do": "orphan"})
    assert outcome.status is Status.TIMEOUT
    assert not Path(f"/proc/{int(outcome.logs)}/cwd").exists()


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
    node: Callable[..., Any], event: Any, answer: Any
) -> None:
    call = node(handler="app.callback")
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
def test_errors_of_callbacks(node: Callable[..., Any], do: str, kind: str, message: str) -> None:
    error = node(handler="app.callback")({"do": do}).error
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
    node: Callable[..., Any], do: str, kind: str, message: str
) -> None:
    call = node()
    call({})
    outcome = call({"do": do})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == (kind, message)
    after = call({})
    assert (after.status, after.response) == (Status.OK, {"count": 1})


def test_logs_belong_to_their_invocation_in_order_with_those_of_children(
    node: Callable[..., Any],
) -> None:
    call = node()
    call({})
    outcome = call({"do": "log"})
    first, second, third, fourth = outcome.logs.split("\n")[:-1]
    assert (first, second) == ("printed", "child")
    assert third.endswith(f"Z\t{outcome.request_id}\tWARN\tlogged {{ a: 1 }}")
    assert fourth.endswith("\tINFO\ttwo\rlines")
    assert call({}).logs == ""


def test_logs_in_json(node: Callable[..., Any]) -> None:
    call = node(environment={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "WARN"})
    call({})
    outcome = call({"do": "log"})
    told = json.loads(outcome.logs.splitlines()[2])
    assert (told["level"], told["message"]) == ("WARN", "logged { a: 1 }")
    assert told["requestId"] == outcome.request_id
    assert "two" not in outcome.logs


def test_a_timer_that_was_left_goes_on_in_the_next_call(node: Callable[..., Any]) -> None:
    call = node()
    call({"do": "timer"})
    assert call({"do": "wait"}).response == "late"


def test_memory_beyond_the_functions_is_killed(node: Callable[..., Any]) -> None:
    call = node()
    outcome = call({"do": "memory"})
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.memory > 256
    assert call({}).status is Status.OK


@pytest.mark.parametrize(
    ("do", "code", "reason"),
    [("exit", 3, "exit status 3"), ("segfault", -11, "signal: segmentation fault")],
)
def test_an_exit_is_a_crash_whose_last_words_are_kept(
    node: Callable[..., Any], do: str, code: int, reason: str
) -> None:
    call = node()
    call({})
    outcome = call({"do": do})
    assert outcome.status is Status.CRASH
    assert outcome.exit_code == code
    assert outcome.error is not None
    assert outcome.error.type == "Runtime.ExitError"
    assert outcome.error.message.endswith(reason)
    assert outcome.logs == "last words"
    assert call({}).status is Status.OK


def test_state_survives_between_calls_until_a_restart(node: Callable[..., Any]) -> None:
    call = node()
    outcomes = [call({}) for _ in range(3)]
    assert [o.response["count"] for o in outcomes] == [1, 2, 3]
    assert [o.init is None for o in outcomes] == [False, True, True]
    assert [call({"do": "tmp"}).response for _ in range(2)] == [False, True]
    call.target.restart()
    again = call({"do": "tmp"})
    assert again.init is not None
    assert again.response is False


def test_six_megabytes_are_the_limit_both_ways(node: Callable[..., Any]) -> None:
    call = node()
    assert call("x" * 6_291_456).status is Status.TOO_LARGE
    assert call("x" * 6_291_000).status is Status.OK
    outcome = call({"do": "large"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert outcome.error.type == "Function.ResponseSizeTooLarge"
    assert call({}).response["count"] == 1


@pytest.mark.parametrize("value", [None, 7, "text", [], {"é": "☃ \U0001f600"}])
def test_any_json_value_goes_through(node: Callable[..., Any], value: Any) -> None:
    outcome = node("exports.handler = async (event) => event")(value)
    assert outcome.status is Status.OK
    assert outcome.response == value


def test_an_answer_that_is_no_json_is_an_error(node: Callable[..., Any]) -> None:
    outcome = node()({"do": "circular"})
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == (
        "Error",
        "Unable to stringify response body",
    )
    assert node()({"do": "nothing"}).raw == "null"


def test_stop_leaves_no_process(node: Callable[..., Any]) -> None:
    call = node()
    pid = call({"do": "pid"}).response
    call.target.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
