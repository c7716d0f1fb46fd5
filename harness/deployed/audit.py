"""The audit log: one line of JSON for each call to what is deployed, written before it is sent.

A line has `time` (UTC), `operation` (`lambda:Invoke`), `resource` (a name or an ARN) and, for calls
that make a function run, `call`, their number in the campaign. What came of it is a second line:
`error`, the service's code, or `request` and `trace`, the ids by which the cloud's own logs know
the run. Parameters, answers and headers are never written.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

NAME = "audit.jsonl"


class Audit:
    """Appends to `audit.jsonl` in a folder; several processes may do so at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / NAME
        self._call: int | None = None

    def write(self, operation: str, resource: str = "", **more: str) -> None:
        """One line, in one write: lines of several processes do not mix."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "operation": operation,
            "resource": resource,
            **({"call": self._call} if self._call is not None else {}),
            **{name: value for name, value in more.items() if value},
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, json.dumps(line).encode() + b"\n")
        finally:
            os.close(file)

    @contextmanager
    def numbered(self, call: int) -> Iterator[None]:
        """Lines written meanwhile belong to this call."""
        self._call = call
        try:
            yield
        finally:
            self._call = None
