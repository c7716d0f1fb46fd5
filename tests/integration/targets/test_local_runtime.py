"""One suite of behaviours, held against our fast client and the unmodified awslambdaric."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome, Status
from harness.targets.local import LocalTarget
from harness.targets.local.interpreters import find_interpreter
from harness.targets.local.isolation import mount_namespace

HANDLER = Path(__file__).with_name("handler.py").read_text()


class Calls:
    """A started target that takes and gives Python values."""

    def __init__(self, target: LocalTarget) -> None:
        self.target = target

    def __call__(self, event: Any) -> Outcome:
        return self.target.invoke(json.dumps(event).encode())


Start = Callable[..., Calls]


@pytest.fixture(params=["fast", "ric"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Starts a function whose code is the given text (by default handler.py)."""
    targets: list[LocalTarget] = []

    def started(code: str = HANDLER, **changes: Any) -> Calls:
        (tmp_path / "app.py").write_text(code)
        function = replace(
            Function(name="f", runtime="python3.11", handler="app.handler", code=tmp_path),
            **changes,
        )
        target = LocalTarget(function, environment={"ADDED": "yes"}, client=request.param)
        targets.append(target)
        target.start()
        return Calls(target)

    yield started
    for target in targets:
        target.stop()


def test_the_context_carries_what_lambda_gives(start: Start) -> None:
    told = start()({"do": "context"}).response
    assert told["name"] == "f"
    assert told["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert told["memory"] == "128"
    assert 0 < told["left"] <= 3000


def test_an_error_has_the_shape_of_lambdas(start: Start) -> None:
    outcome = start()({"do": "raise"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("ValueError", "bad")
    assert outcome.error.trace[0].endswith('in handler\n    raise ValueError("bad")\n')
    assert set(outcome.response) == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert "[ERROR] ValueError: bad" in outcome.logs


def test_a_hang_ends_at_the_functions_own_limit_and_the_next_call_is_cold(start: Start) -> None:
    call = start(timeout=1)
    call({})
    outcome = call({"do": "hang"})
    assert outcome.status is Status.TIMEOUT
    assert outcome.error is not None
    assert outcome.error.message.endswith("Task timed out after 1.00 seconds")
    after = call({})
    assert after.response["count"] == 1
    assert after.init is not None


WORKER = """
import time

def handler(event, context):
    if event.get("sleep"):
        time.sleep(600)
    while time.process_time() < event["until"]:
        pass
    return time.process_time()
"""


@pytest.fixture
def crowded() -> Iterator[None]:
    """What the test starts shares one processor with four processes that never wait."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    spin = [sys.executable, "-c", "while True: pass"]
    # Sessions of their own, as a runtime has: systems share time between sessions first.
    others = [subprocess.Popen(spin, start_new_session=True) for _ in range(4)]
    yield
    os.sched_setaffinity(0, before)
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.usefixtures("crowded")
def test_waiting_for_a_processor_is_no_timeout_of_the_function(start: Start) -> None:
    call = start(WORKER, timeout=1)
    before = call({"until": 0}).response
    assert call({"until": before + 0.3}).status is Status.OK  # a fifth of the time for 1.5 s
    assert call({"sleep": True}).status is Status.TIMEOUT


def test_what_a_hanging_function_started_is_killed_even_outside_its_session(start: Start) -> None:
    outcome = start(timeout=1)({"do": "orphan"})
    assert outcome.status is Status.TIMEOUT
    assert not Path(f"/proc/{int(outcome.logs)}/cwd").exists()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import nowhere", "Runtime.ImportModuleError"),
        ("def handler(", "Runtime.UserCodeSyntaxError"),
        ("", "Runtime.HandlerNotFound"),
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os._exit(4)", "Runtime.ExitError"),
    ],
)
def test_a_failed_init_is_told_at_every_call(start: Start, code: str, kind: str) -> None:
    call = start(code)
    for _ in range(2):
        outcome = call({})
        assert outcome.status is Status.INIT_ERROR
        assert outcome.error is not None
        assert outcome.error.type == kind


def test_logs_belong_to_their_invocation_in_order_with_those_of_children(start: Start) -> None:
    call = start()
    call({})
    outcome = call({"do": "log"})
    first, second, third = outcome.logs.splitlines()
    assert (first, second) == ("printed", "child")
    assert third.startswith("[WARNING]\t")
    assert third.endswith(f"Z\t{outcome.request_id}\tlogged")
    assert call({}).logs == ""


def test_late_output_of_a_thread_belongs_to_the_call_that_sees_it(start: Start) -> None:
    call = start()
    assert call({"do": "thread"}).logs == ""
    assert call({"do": "join"}).logs == "late\n"


def test_memory_beyond_the_functions_is_killed(start: Start) -> None:
    call = start()
    outcome = call({"do": "memory"})
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.memory > 128
    assert call({}).status is Status.OK


@pytest.mark.parametrize(
    ("do", "code", "reason"),
    [
        ("sys.exit", 3, "exit status 3"),
        ("os._exit", 7, "exit status 7"),
        ("segfault", -11, "signal: segmentation fault"),
    ],
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


def test_a_flood_of_logs_is_cut_and_counted(start: Start) -> None:
    outcome = start()({"do": "flood"})
    assert outcome.status is Status.OK
    assert len(outcome.logs) == 256 << 10
    # What is written while the file is truncated goes uncounted.
    assert 10_000_000 < outcome.logs_dropped <= 20_000 * 1001 - (256 << 10)


@pytest.mark.parametrize("value", [None, 7, "text", [], {"é": "☃ \U0001f600"}, "\ud800"])
def test_any_json_value_goes_through(start: Start, value: Any) -> None:
    outcome = start("def handler(event, context): return event")(value)
    assert outcome.status is Status.OK
    assert outcome.response == value


def test_decimals_and_named_tuples_are_encoded_as_awslambdaric_does(start: Start) -> None:
    assert start()({"do": "exotic"}).raw == '{"d": 1.10, "t": {"x": 1}}'


def test_an_answer_that_is_no_json_is_a_marshal_error(start: Start) -> None:
    outcome = start()({"do": "set"})
    assert outcome.error is not None
    assert outcome.error.type == "Runtime.MarshalError"
    assert "Object of type set is not JSON serializable" in outcome.error.message


def test_nothing_of_the_harness_is_in_the_environment_or_on_the_path(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_OURS", "x")
    told = start(environment={"OWN": "1"})({"do": "environment"}).response
    assert {"OWN", "ADDED", "AWS_REGION", "_HANDLER"} <= set(told["names"])
    assert not [name for name in told["names"] if "FAASFUZZ" in name or "OURS" in name]
    assert told["harness"] is None
    assert told["boto3"] is not None
    assert told["cwd"] == told["root"]


@pytest.mark.parametrize("runtime", ["python3.8", "python3.12", "python3.13"])
def test_other_pythons_serve_as_well(start: Start, runtime: str) -> None:
    try:
        find_interpreter(runtime)
    except TargetError as error:
        pytest.skip(str(error))
    call = start(runtime=runtime)
    assert call({"do": "version"}).response == runtime
    assert call({"do": "raise"}).status is Status.ERROR


def test_stop_leaves_no_process(start: Start) -> None:
    call = start()
    pid = call({"do": "pid"}).response
    call.target.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_cpu_time_is_told_of_calls_that_answer_and_of_those_that_do_not(start: Start) -> None:
    busy = "sum(i * i for i in range(2_000_000))"
    code = (
        f"import time\ndef handler(event, context):\n    {busy}\n    return time.process_time()\n"
    )
    assert start(code, timeout=20)({}).cpu > 20
    spinning, sleeping = (
        start(f"import time\ndef handler(event, context):\n    {body}\n", timeout=1)({})
        for body in ("while True: pass", "time.sleep(60)")
    )
    assert spinning.status is sleeping.status is Status.TIMEOUT
    assert spinning.cpu > 60 > sleeping.cpu


def test_the_code_folder_is_read_only_as_in_lambda(start: Start, tmp_path: Path) -> None:
    if not mount_namespace():
        pytest.skip("this machine gives no mount namespace")
    call = start(
        """
def handler(event, context):
    try:
        open("left.txt", "w").close()
    except OSError as error:
        return error.strerror
"""
    )
    assert call({}).response == "Read-only file system"
    assert not (tmp_path / "left.txt").exists()
