"""Which lines of the application a call reached, on every Python."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from harness.model import Outcome
from harness.targets.local import LocalTarget

Running = Callable[..., AbstractContextManager[LocalTarget]]
Lines = dict[str, tuple[int, ...]]

CODE = '''"""A module."""
from __future__ import annotations
import json
import helper

def handler(event, context):
    """Not a line that runs."""
    kind = event["kind"]
    if kind == "a":
        return helper.first(kind)
    elif kind == "b":
        try:
            return json.loads("[")
        except ValueError:
            return "caught"
    for item in event.get("items", []):
        kind += item
    return kind
'''
HELPER = """def first(x):
    y = x + "!"
    return y

def second(x):
    return x
"""


def said(target: LocalTarget, event: Any, **options: Any) -> Lines:
    outcome = target.invoke(json.dumps(event).encode(), **options)
    assert outcome.error is None, outcome.error
    told: Lines = {}
    for file, lines in outcome.lines:
        assert lines == tuple(sorted(lines))
        told[file] = tuple(sorted({*told.get(file, ()), *lines}))
    return told


def test_lines_are_told_once_each_and_those_of_the_import_with_the_first_call(
    running: Running, runtime: str, tmp_path: Path
) -> None:
    (tmp_path / "helper.py").write_text(HELPER)
    with running(CODE, runtime=runtime, coverage=True) as target:
        first = said(target, {"kind": "c"})
        assert {3, 4, 6, 8, 9, 11, 16, 18} <= set(first["app.py"])
        assert not {7, 10, 12, 13, 15, 17} & set(first["app.py"])
        assert first["helper.py"] == (1, 5)
        assert said(target, {"kind": "c"}) == {}
        assert said(target, {"kind": "a"}) == {"app.py": (10,), "helper.py": (2, 3)}
        assert {12, 13, 15} <= set(said(target, {"kind": "b"})["app.py"])
        assert said(target, {"kind": "c", "items": ["d"]}) == {"app.py": (17,)}
        assert said(target, {"kind": "a"}, learn=True) == {}


def test_every_kind_of_code_is_followed_in_threads_too(running: Running, runtime: str) -> None:
    code = """import asyncio, threading
class Kept:
    value = 1
    def method(self):
        return self.value
def ruined(function):
    return function
@ruined
def generated():
    yield 1
    yield 2
async def waited():
    await asyncio.sleep(0)
    return 3
def threaded(into):
    into.append(1)
def handler(event, context):
    global LATER
    into = []
    thread = threading.Thread(target=threaded, args=(into,))
    thread.start()
    thread.join()
    with open("/dev/null"):
        LATER = [x for x in generated()]
    while True:
        break
    else:
        pass
    return [Kept().method(), asyncio.run(waited()), into]
"""
    with running(code, runtime=runtime, coverage=True) as target:
        reached = set(said(target, {})["app.py"])
    assert set(range(1, 31)) - reached <= {8, 18, 27, 28, 30}  # a decorator belongs to its def
    assert not {27, 28} & reached


def test_lines_are_still_told_after_long_warm_loops(running: Running, runtime: str) -> None:
    code = """def handler(event, context):
    total = 0
    for i in range(event["n"]):
        total += i
        if i == event["stop"]:
            total = -1
    if total < 0:
        return "stopped"
    return total
"""
    with running(code, runtime=runtime, coverage=True) as target:
        assert said(target, {"n": 10, "stop": 11})["app.py"] == (1, 2, 3, 4, 5, 7, 9)
        for _ in range(8):
            assert said(target, {"n": 1_000_000, "stop": -1}) == {}
        assert said(target, {"n": 6, "stop": 5}) == {"app.py": (6, 8)}


def test_the_ways_out_of_a_condition_are_told_though_no_line_tells_them(
    running: Running, runtime: str
) -> None:
    code = """def handler(event, context):
    found = 0
    if event["n"] > 1: found = 1
    for item in event["items"]:
        if item == "a" and event["n"]:
            found = 2
    while found > 1:
        found -= 1
    return found
"""
    with running(code, runtime=runtime, coverage=True) as target:

        def ways(n: int, *items: str) -> int:
            outcome = target.invoke(json.dumps({"n": n, "items": items}).encode())
            assert outcome.status == "ok", outcome.error
            return sum(len(numbers) for _, numbers in outcome.branches)

        assert ways(0) >= 3  # not entered: if, for, while
        assert ways(0) == 0
        assert ways(2) == 1  # the body on the condition's own line
        assert ways(2, "b") >= 1
        for _ in range(100):
            assert ways(2, *"bbbb") == 0
        assert ways(2, "b", "a") >= 1, "also after it went one way for long"
        assert ways(2, "a") == 0


def test_packages_beside_the_code_and_libraries_are_not_told(
    running: Running, tmp_path: Path
) -> None:
    (tmp_path / "vendored.py").write_text("def used():\n    return 1\n")
    info = tmp_path / "vendored-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("vendored.py,,\n")
    code = "import json, vendored\ndef handler(e, c):\n    return vendored.used()\n"
    with running(code, coverage=True) as target:
        assert said(target, {}) == {"app.py": (1, 2, 3)}


@pytest.mark.parametrize("code", ["def handler(:\n", "import nowhere\n", "1 / 0\n"])
def test_a_module_that_does_not_load_fails_as_without_coverage(
    running: Running, runtime: str, code: str
) -> None:
    outcomes: list[Outcome] = []
    for coverage in (False, True):
        with running(code, runtime=runtime, coverage=coverage) as target:
            outcomes.append(target.invoke(b"{}"))
    assert outcomes[0].error is not None
    assert outcomes[0].error == outcomes[1].error
    assert outcomes[0].logs == outcomes[1].logs


WATCHING = """import inspect, linecache, marshal, os, pickle, sys, traceback

def traced(frame, event, arg):
    EVENTS.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
    return traced

def followed(n):
    '''Doc.'''
    if n:
        n += 1
    return n

def failing(x):
    y = 1
    return (y +
            x["none"])

EVENTS = []

def tools():
    if not hasattr(sys, "monitoring"):
        return None
    free = [sys.monitoring.get_tool(n) for n in range(6)]
    for n in range(6):
        sys.monitoring.use_tool_id(n, "mine")
    return free

def handler(event, context):
    before = sys.gettrace()
    sys.settrace(traced)
    followed(1)
    sys.settrace(None)
    try:
        failing({})
    except KeyError:
        trace = traceback.format_exc()
    return {
        "trace": repr(before), "events": EVENTS, "text": trace,
        "source": inspect.getsource(followed), "doc": followed.__doc__, "module": __doc__,
        "hash": isinstance({followed.__code__: 1}, dict), "tools": tools(),
        "dumped": isinstance(marshal.dumps(followed.__code__), bytes),
        "names": sorted(globals()), "variables": followed.__code__.co_names,
        "environment": [name for name in os.environ if "FAASFUZZ" in name],
        "loader": type(__loader__).__name__, "first": followed.__code__.co_firstlineno,
    }
"""


def test_the_handlers_own_traces_and_tools_work_as_without(running: Running, runtime: str) -> None:
    told = []
    for coverage in (False, True):
        with running(WATCHING, runtime=runtime, coverage=coverage) as target:
            outcome = target.invoke(b"{}")
            assert outcome.error is None, outcome.error
            told.append(outcome.response)
    assert told[0] == told[1]
