"""What of a function's own code was never reached, and which condition kept every event out."""

from collections.abc import Collection, Mapping
from pathlib import Path

from harness.events.coverage import javascript, python
from harness.model import FileCoverage

_READERS = {".py": python.coverage_of} | dict.fromkeys(javascript.ENDINGS, javascript.coverage_of)


def gaps(code: Path, reached: Mapping[str, Collection[int]]) -> tuple[FileCoverage, ...]:
    """Coverage of each file below `code` that was loaded, sorted by name.

    `reached` holds the lines told by the runtime (Outcome.lines, of all calls together), by file
    relative to `code`. A line counts where a statement starts. Files that cannot be read or parsed
    are left out, as is whatever lies outside of `code`: the function could have told anything.
    """
    root = code.resolve()
    found = []
    for name, lines in sorted(reached.items()):
        try:
            path = (root / name).resolve()
            reader = _READERS.get(path.suffix)
            if reader is None or not path.is_relative_to(root):
                continue
            coverage = reader(name, path.read_bytes(), frozenset(lines))
        except (OSError, ValueError):
            continue
        if coverage is not None:
            found.append(coverage)
    return tuple(found)
