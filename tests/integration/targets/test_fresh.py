"""Fresh calls: each finds what the import left, and nothing of any call before it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome, Status
from harness.targets.local import LocalTarget
from harness.targets.local.interpreters import find_interpreter

HANDLER = """
import os, pathlib, signal, subprocess, sys, threading, time

COUNT = 0
THREADS = []
PLACE = pathlib.Path("/tmp")

def handler(event, context):
    global COUNT
    COUNT += 1
    do = event.get("do")
    if do == "tmp":
        marker = PLACE / "folder" / "marker"
        there = marker.exists()
        marker.parent.mkdir(exist_ok=True)
        marker.write_text("x")
        (PLACE / "link").is_symlink() or (PLACE / "link").symlink_to("/etc")
        return [there, sorted(os.listdir(PLACE))]
    if do == "threads":
        THREADS.append(threading.Thread(target=time.sleep, args=(600,)))
        THREADS[-1].start()
        return len(THREADS)
    if do == "orphan":
        return subprocess.Popen(["sleep", "600"], start_new_session=True).pid
    if do == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("hanging")
        time.sleep(600)
    if do == "spin":
        while True:
            pass
    if do == "memory":
        filled = b"1" * (200 << 20)
        time.sleep(1)
        return len(filled)
    if do == "kill parent":
        os.kill(os.getppid(), 9)
    if do == "fork":
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        return COUNT
    if do == "large":
        return "x" * (6 << 20) + "y" * 200
    if do == "raise":
        raise ValueError("bad")
    if do == "crash":
        print("last words", end="")
        if event["how"] == "sys.exit":
            sys.exit(3)
        if event["how"] == "os._exit":
            os._exit(7)
        os.kill(os.getpid(), signal.SIGSEGV)
    if do == "pid":
        return os.getpid()
    print("call", COUNT)
    return COUNT
"""


class Calls:
    def __init__(self, target: LocalTarget) -> None:
        self.target = target

    def __call__(self, do: str = "", *, fresh: bool = True, **more: Any) -> Outcome:
        return self.target.invoke(json.dumps({"do": do, **more}).encode(), fresh=fresh)


Start = Callable[..., Calls]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    targets: list[LocalTarget] = []

    def started(code: str = HANDLER, *, client: str = "fast", **changes: Any) -> Calls:
        (tmp_path / "app.py").write_text(code)
        given = {"runtime": "python3.11", "timeout": 1, "memory": 128, **changes}
        function = Function(name="f", handler="app.handler", code=tmp_path, **given)
        target = LocalTarget(function, environment={}, client=client, coverage=True)
        targets.append(target)
        target.start()
        return Calls(target)

    yield started
    for target in targets:
        target.stop()


def ended(pid: int) -> bool:
    """Whether a process is gone, or will never run again; waits for a signal on its way."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("client", ["fast", "ric"])
def test_a_fresh_call_counts_from_one_while_the_warm_runtime_counts_on(
    start: Start, client: str
) -> None:
    call = start(client=client)
    fresh = [call().response for _ in range(3)]
    warm = [call(fresh=False).response for _ in range(3)]
    mixed = [call(fresh=bool(n % 2)).response for n in range(4)]
    assert (fresh, warm, mixed) == ([1, 1, 1], [1, 2, 3], [4, 1, 5, 1])


@pytest.mark.parametrize("client", ["fast", "ric"])
def test_files_of_a_fresh_call_are_gone_after_it(start: Start, client: str) -> None:
    call = start(client=client)
    outcomes = [call("tmp").response for _ in range(2)]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] is False
    assert [call("tmp", fresh=False).response[0] for _ in range(2)] == [False, True]
    assert call("tmp").response == outcomes[0]


def test_all_fresh_calls_are_forks_of_one_process(start: Start) -> None:
    call = start("import os\nPARENT = os.getpid()\nhandler = lambda e, c: [PARENT, os.getppid()]\n")
    first, second = call(), call()
    assert first.response == second.response
    assert first.response[0] == first.response[1]
    assert (first.init is None, second.init is None) == (False, True)


@pytest.mark.parametrize("runtime", ["python3.8", "python3.9", "python3.12", "python3.13"])
def test_other_pythons_fork_as_well(start: Start, runtime: str) -> None:
    try:
        find_interpreter(runtime)
    except TargetError as error:
        pytest.skip(str(error))
    call = start(runtime=runtime)
    assert [call().response for _ in range(2)] == [1, 1]
    assert call().logs == "call 1\n"


def test_logs_records_and_errors_belong_to_their_call(start: Start) -> None:
    call = start()
    assert call().logs == "call 1\n"
    outcome = call("raise")
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert outcome.error.message == "bad"
    assert "[ERROR] ValueError: bad" in outcome.logs
    assert [sink.operation for sink in call("orphan").sinks] == ["subprocess.Popen"]
    again = call()
    assert (again.logs, again.sinks) == ("call 1\n", ())
    assert dict(again.lines)["app.py"] == dict(call().lines)["app.py"]
    assert again.cpu > 0
    assert again.memory > 0


def test_what_a_call_left_running_ends_with_it(start: Start) -> None:
    call = start()
    assert [call("threads").response for _ in range(2)] == [1, 1]
    pid = call("orphan").response
    assert ended(pid)
    assert call("threads", fresh=False).response == 1


@pytest.mark.parametrize("do", ["hang", "spin"])
def test_a_timeout_ends_the_child_only(start: Start, do: str) -> None:
    call = start()
    assert call(fresh=False).response == 1
    for _ in range(2):
        outcome = call(do)
        assert outcome.status is Status.TIMEOUT
        assert outcome.error is not None
        assert outcome.error.message.endswith("Task timed out after 1.00 seconds")
    assert outcome.logs == ("hanging\n" if do == "hang" else "")
    assert (outcome.cpu > 60) is (do == "spin")
    assert call(fresh=False).response == 2
    after = call()
    assert (after.response, after.init) == (1, None)


def test_memory_beyond_the_functions_ends_the_child_only(start: Start) -> None:
    call = start()
    outcome = call("memory")
    assert outcome.status is Status.OUT_OF_MEMORY
    assert outcome.memory > 128
    after = call()
    assert (after.status, after.init) == (Status.OK, None)
    assert after.memory < 128


@pytest.mark.parametrize(
    ("how", "code", "reason"),
    [
        ("sys.exit", 3, "exit status 3"),
        ("os._exit", 7, "exit status 7"),
        ("segfault", -11, "signal: segmentation fault"),
    ],
)
def test_an_exit_of_the_child_is_a_crash_as_ever(
    start: Start, how: str, code: int, reason: str
) -> None:
    call = start()
    outcome = call("crash", how=how)
    assert (outcome.status, outcome.exit_code) == (Status.CRASH, code)
    assert outcome.error is not None
    assert outcome.error.message.endswith(reason)
    assert outcome.logs == "last words"
    assert call().init is None


def test_a_handler_that_kills_the_parent_forks_or_answers_too_much_loses_nothing(
    start: Start,
) -> None:
    call = start()
    assert call("kill parent").response == 1
    assert call().response == 1
    assert call("fork").response == 1
    assert call("large").error is not None
    assert [call().response for _ in range(2)] == [1, 1]


def test_a_parent_that_ended_between_two_calls_is_started_again(start: Start) -> None:
    code = "import os\nhandler = lambda event, context: os.getppid()\n"
    call = start(code)
    first = call().response
    os.kill(first, signal.SIGKILL)
    assert ended(first)
    again = call()
    assert (again.status, again.init is None) == (Status.OK, False)
    assert again.response != first


KEPT = """
import os, pathlib
PLACE = pathlib.Path("/tmp")
(PLACE / "kept").mkdir()
(PLACE / "kept" / "a").write_text("a")
(PLACE / "kept" / "b").write_text("b")
(PLACE / "kept" / "c").symlink_to("a")
DATA = open(PLACE / "kept" / "b")

def handler(event, context):
    seen = [(PLACE / "kept" / "a").read_text(), DATA.read(), os.readlink(PLACE / "kept" / "c"),
            oct((PLACE / "kept").stat().st_mode), sorted(os.listdir(PLACE / "kept"))]
    (PLACE / "kept" / "a").unlink()
    (PLACE / "kept" / "a").mkdir()
    (PLACE / "kept" / "b").write_text("longer")
    (PLACE / "kept" / "c").unlink()
    (PLACE / "kept" / "c").symlink_to("/etc/passwd")
    (PLACE / "kept" / "d").write_text("d")
    (PLACE / "kept").chmod(0o700)
    if event["do"] == "all":
        import shutil
        shutil.rmtree(PLACE / "kept")
        (PLACE / "kept").symlink_to("/etc")
    return seen
"""


def test_what_the_import_left_in_tmp_is_put_back(start: Start) -> None:
    call = start(KEPT)
    expected = ["a", "b", "a", "0o40755", ["a", "b", "c"]]
    assert [call(do).response for do in ("", "", "all", "all", "")] == [expected] * 5


@pytest.mark.parametrize(
    "left",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()",
        "import socket\nPAIR = socket.socketpair()",
        "import subprocess\nsubprocess.Popen(['sleep', '600'])",
        "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "open('/tmp/model', 'wb').write(bytes(9 << 20))",
        "import asyncio\nLOOP = asyncio.new_event_loop()",
    ],
)
def test_what_cannot_be_shared_is_started_anew_for_each_call(start: Start, left: str) -> None:
    call = start(f"import os\n{left}\nCOUNT = 0\n{HANDLER}")
    outcomes = [call() for _ in range(2)]
    assert [(o.response, o.logs, o.init is None) for o in outcomes] == [(1, "call 1\n", False)] * 2
    assert call(fresh=False).response == 1


def test_an_init_error_is_told_at_every_fresh_call(start: Start) -> None:
    call = start("1 / 0")
    assert [call().status for _ in range(2)] == [Status.INIT_ERROR] * 2


HARNESS = """
import sys
import tempfile
from pathlib import Path
from harness.model import Function
from harness.targets.local import LocalTarget
function = Function(
    name="f", runtime="python3.11", handler="app.handler", code=Path(sys.argv[1]), timeout=600
)
with LocalTarget(function, environment={}) as target:
    target.invoke(b"{}", fresh=True)
"""


def test_a_hanging_child_ends_with_a_harness_that_is_killed(tmp_path: Path) -> None:
    place = Path(tempfile.mkdtemp(dir="/var/tmp")) / "pids"  # which the runtime sees, too
    (tmp_path / "app.py").write_text(
        "import os, time\n"
        "def handler(event, context):\n"
        f"    with open({str(place)!r} + '.new', 'w') as file:\n"
        "        file.write(f'{os.getppid()} {os.getpid()}')\n"
        f"    os.rename({str(place)!r} + '.new', {str(place)!r})\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", HARNESS, str(tmp_path)]) as harness:
        while not place.exists() and harness.poll() is None:
            time.sleep(0.01)
        harness.kill()
    pids = [int(pid) for pid in place.read_text().split()]
    place.unlink()
    place.parent.rmdir()
    assert [ended(pid) for pid in pids] == [True, True]


def test_stop_leaves_no_process(start: Start) -> None:
    call = start("import os\nhandler = lambda event, context: os.getppid()\n")
    parent = call().response
    call.target.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(parent, 0)
