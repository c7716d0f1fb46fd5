"""What a source of applications is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from harness.model import Application, EventTemplate


class Source(Protocol):
    """Reads one way of describing an application."""

    @property
    def names(self) -> tuple[str, ...]:
        """The file names to look for in a folder, relative to it, the likeliest first."""

    def recognises(self, path: Path) -> bool:
        """Whether a file is of this kind (a look at its name, and at most a glance inside)."""

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """The application. Raises UsageError in one line for whatever is wrong with the file.

        `workdir` takes code that is no folder yet (inline, zipped); None makes a temporary one.
        """
