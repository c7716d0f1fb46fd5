"""Gaps in the coverage of real code, run here and traced."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from harness.events.coverage import gaps

Told = list[tuple[int, int, int | None, str]]


def traced(path: Path, source: str, calls: str) -> set[int]:
    """The lines of `source` reached by loading it and running `calls`."""
    lines: set[int] = set()

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != str(path):
            return None
        if event == "line":
            lines.add(frame.f_lineno)
        return trace

    names: dict[str, Any] = {}
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(compile(source, str(path), "exec"), names)
        exec(compile(calls, "calls", "exec"), names)
    except Exception:
        return lines
    finally:
        sys.settrace(before)
    return lines


SHAPES: dict[str, tuple[str, str, Told]] = {
    "a branch never taken": (
        "def f(x):\n    if x == 1:\n        y = 2\n        x = y\n    return x\n",
        "f(0)",
        [(3, 4, 2, "if x == 1:")],
    ),
    "an else never taken": (
        "def f(x):\n    if x:\n        return 1\n    else:\n        x = 2\n    return x\n",
        "f(1)",
        [(5, 5, 2, "if x:"), (6, 6, 2, "if x:")],
    ),
    "elif": (
        "def f(x):\n    if x == 1:\n        return 1\n    elif x == 2:\n        return 2\n"
        "    elif x == 3:\n        return 3\n    return 4\n",
        "f(1); f(4)",
        [(5, 5, 4, "elif x == 2:"), (7, 7, 6, "elif x == 3:")],
    ),
    "an elif never looked at": (
        "def f(x):\n    if x == 1:\n        return 1\n    elif x == 2:\n        return 2\n",
        "f(1)",
        [(4, 5, 2, "if x == 1:")],
    ),
    "an early return": (
        "def f(x):\n    if not x:\n        return 1\n    y = 1\n    for z in x:\n        y += z\n"
        "    return y\n",
        "f(0)",
        [(4, 7, 2, "if not x:")],
    ),
    "an early return on one line": (
        "def f(x):\n    if not x: return 1\n    y = 1\n    return y\n",
        "f(0)",
        [(3, 4, 2, "if not x: return 1")],
    ),
    "a guard over several lines": (
        "def f(x):\n    if (x\n        and x > 1):\n        return 2\n    return 3\n",
        "f(0)",
        [(4, 4, 2, "if (x and x > 1):")],
    ),
    "a raise": (
        "def f(x):\n    if x != 1:\n        raise ValueError\n    return 1\n",
        "try:\n    f(0)\nexcept ValueError:\n    pass",
        [(4, 4, 2, "if x != 1:")],
    ),
    "a call that raised each time": (
        "import json\ndef f(x):\n    y = json.loads(x)\n    return y\n",
        "f('no')",
        [(4, 4, 3, "y = json.loads(x)")],
    ),
    "a handler never needed": (
        "def f(x):\n    try:\n        y = int(x)\n    except (ValueError,\n"
        "            TypeError):\n        y = 1\n    else:\n        y += 1\n"
        "    finally:\n        x = 1\n    return y\n",
        "f('1')",
        [(6, 6, 4, "except (ValueError, TypeError):")],
    ),
    "a handler that always returned": (
        "def f(x):\n    try:\n        y = int(x)\n        z = y\n    except ValueError:\n"
        "        return 1\n    return z\n",
        "f('x')",
        [(4, 4, 3, "y = int(x)"), (7, 7, 5, "except ValueError:")],
    ),
    "an else of a try": (
        "def f(x):\n    try:\n        y = int(x)\n    except ValueError:\n        y = 0\n"
        "    else:\n        y = 2\n    return y\n",
        "f('x')",
        [(7, 7, 3, "y = int(x)")],
    ),
    "loops never entered": (
        "def f(x):\n    for y in x:\n        print(y)\n    while x:\n        x = 0\n    return 1\n",
        "f([])",
        [(3, 3, 2, "for y in x:"), (5, 5, 4, "while x:")],
    ),
    "the else of a loop": (
        "def f(x):\n    for y in x:\n        break\n    else:\n        return 2\n    return 1\n",
        "f([1])",
        [(5, 5, 2, "for y in x:")],
    ),
    "the rest of a loop": (
        "def f(x):\n    for y in x:\n        if y:\n            continue\n        x = 1\n"
        "    return x\n",
        "f([1])",
        [(5, 5, 3, "if y:")],
    ),
    "a function never called": (
        'def f(x):\n    """Doc."""\n    y = 1\n    return y\n\nasync def g():\n    return 1\n',
        "1",
        [(3, 4, None, ""), (7, 7, None, "")],
    ),
    "methods and decorators": (
        "def d(f):\n    return f\n\nclass A:\n    @d\n    @d\n    def m(self):\n        return 1\n"
        "\n    def n(self):\n        @d\n        def inner():\n            return 2\n"
        "        return inner\n",
        "A().m()",
        [(11, 14, None, "")],
    ),
    "an inner function never called": (
        "def f():\n    def g():\n        return 1\n    return g\n",
        "f()",
        [(3, 3, None, "")],
    ),
    "comprehensions and lambdas belong to their statement": (
        "def f(x):\n    y = [\n        z\n        for z in x\n    ]\n    g = (lambda:\n"
        "         1)\n    return y\n",
        "f([])",
        [],
    ),
    "async": (
        "import asyncio\nasync def f(x):\n    async def one():\n        yield 1\n"
        "    async for y in one():\n        if x:\n            await asyncio.sleep(0)\n"
        "    return 1\n",
        "asyncio.run(f(0))",
        [(7, 7, 6, "if x:")],
    ),
    "match": (
        "def f(x):\n    match x:\n        case {'kind': 'a'}:\n            return 1\n"
        "        case [y] if y:\n            return 2\n        case _:\n            return 3\n",
        "f({'kind': 'a'})",
        [(6, 6, 5, "case [y] if y:"), (8, 8, 7, "case _:")],
    ),
    "what follows a match that always returned": (
        "def f(x):\n    match x:\n        case 1:\n            return 1\n        case 2:\n"
        "            x = 2\n    return x\n",
        "f(1)",
        [(6, 6, 5, "case 2:"), (7, 7, 3, "case 1:")],
    ),
    "what raised inside of with and if": (
        "def f(x):\n    with open('/dev/null'):\n        if x:\n            int('x')\n"
        "            x = 1\n    return x\n",
        "f(1)",
        [(5, 5, 4, "int('x')"), (6, 6, 4, "int('x')")],
    ),
    "nested guards": (
        "def f(x):\n    if x:\n        if x > 5:\n            return 1\n        return 2\n"
        "    return 3\n",
        "f(1); f(0)",
        [(4, 4, 3, "if x > 5:")],
    ),
    "what nothing can reach": (
        "def f():\n    return 1\n    return 2\n",
        "f()",
        [(3, 3, None, "")],
    ),
    "statements that do nothing": (
        "from __future__ import annotations\ndef f():\n    'doc'\n    x: int\n    global y\n"
        "    return 1\n",
        "f()",
        [],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_unreached_block_is_told_with_what_kept_every_call_out(
    tmp_path: Path, shape: str
) -> None:
    source, calls, expected = SHAPES[shape]
    path = tmp_path / "app.py"
    path.write_text(source)
    (found,) = gaps(tmp_path, {"app.py": traced(path, source, calls)})
    assert [(g.first, g.last, g.guard, g.text) for g in found.gaps] == expected
    assert (found.lines == found.reached) is not bool(expected)


def test_lines_are_counted_where_statements_start(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('"""Doc."""\nX = (1 +\n     2)\nif X: Y = 1\n\nZ = 3\n')
    (found,) = gaps(tmp_path, {"app.py": {3, 4}})
    assert (found.file, found.lines, found.reached) == ("app.py", 3, 2)


def test_what_a_function_may_tell_of_other_files_is_not_believed(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (tmp_path / "secret.py").write_text("x = 1\n")
    (code / "broken.py").write_text("def\n")
    (code / "fine.py").write_text("x = 1\n")
    told = {"../secret.py": [1], "broken.py": [1], "none.py": [1], "fine.py": [1, 99], "a\0": [1]}
    assert [file.file for file in gaps(code, told)] == ["fine.py"]
