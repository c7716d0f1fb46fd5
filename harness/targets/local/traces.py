"""Stack traces of Node.js in the form of Python's, so that one reader serves both.

V8 tells the innermost frame first, without its source line (https://v8.dev/docs/stack-trace-api).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

_FRAME = re.compile(
    r"\s+at (?:async )?(?:(?P<name>[^(]*?)(?: \[as [^]]*\])? \()?"
    r"(?P<file>(?:file://)?/[^():]*):(?P<line>\d+):\d+\)?$"
)
_LARGEST = 4 << 20


def as_python(trace: Sequence[str], root: Path) -> tuple[str, ...]:
    """`File "app.js", line 3, in handler` and the line's text, the innermost frame last.

    Source lines are read from files under `root` only: a trace is what the function says it is.
    Frames of Node.js itself and lines that are no frames are left out.
    """
    told = []
    for line in reversed(trace):
        match = _FRAME.match(line)
        if match is None:
            continue
        file = match["file"]
        if file.startswith("file://"):
            file = unquote(file.removeprefix("file://"))
        name = (match["name"] or "<anonymous>").rsplit(".", 1)[-1].replace(" ", "_")
        source = _source_line(file, int(match["line"]), root)
        told.append(f'  File "{file}", line {match["line"]}, in {name}\n    {source}\n')
    return tuple(told)


def _source_line(file: str, number: int, root: Path) -> str:
    path = Path(file).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        return ""
    lines = _lines(path)
    return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""


@lru_cache(maxsize=32)
def _lines(path: Path) -> tuple[str, ...]:
    if path.stat().st_size > _LARGEST:
        return ()
    return tuple(path.read_text("utf-8", "replace").split("\n"))
