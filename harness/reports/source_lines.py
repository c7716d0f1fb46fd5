"""The lines around a sink, read from the function's code folder."""

from dataclasses import dataclass, field
from pathlib import Path

_AROUND = 3
_LARGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source; `sink` marks the line of the call."""

    number: int
    text: str
    sink: bool


@dataclass(slots=True)
class SourceLines:
    """Reads each file once. What a sensor says of places comes from inside the function's process,
    so only regular files within the code folder are read."""

    _files: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    def around(self, code: str, file: str, line: int) -> tuple[Line, ...]:
        """The line and three on either side; empty when the file cannot be shown."""
        lines = self._lines(code, file)
        if not 1 <= line <= len(lines):
            return ()
        first = max(1, line - _AROUND)
        return tuple(
            Line(number, text, number == line)
            for number, text in enumerate(lines[first - 1 : line + _AROUND], start=first)
        )

    def _lines(self, code: str, file: str) -> tuple[str, ...]:
        if not code or not file or "\0" in file:
            return ()
        folder = Path(code).resolve()
        path = (folder / file).resolve()
        if path not in self._files:
            self._files[path] = _read(path) if path.is_relative_to(folder) else ()
        return self._files[path]


def _read(path: Path) -> tuple[str, ...]:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ()
        return tuple(path.read_text("utf-8", "replace").split("\n"))
    except OSError:
        # The code may be gone or unreadable by now: the report does without the excerpt.
        return ()
