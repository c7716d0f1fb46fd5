"""`faasfuzz serve` as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))


@dataclass(frozen=True, kw_only=True)
class Served:
    """`address`, `cloud` and `http` are URLs, the last "" without `--http`.

    `log` is what the process says on its standard error.
    """

    process: subprocess.Popen[str]
    address: str
    cloud: str
    log: Path
    http: str = ""

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """The application in `folder`, on free ports."""
    log = folder / "serve.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [COMMAND, "serve", str(folder), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    told: dict[str, str] = {}
    with process.stdout:
        while "serving" not in told:
            line = process.stdout.readline()
            assert line, log.read_text()
            name, _, value = line.partition(": ")
            told[name] = value.split()[0] if value.strip() else ""
        try:
            yield Served(
                process=process,
                address=told["serving"],
                cloud=told["cloud"],
                log=log,
                http=told.get("http", ""),
            )
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGTERM)
            process.wait(30)
