"""A `sam local start-lambda` or `start-api` of our own, and what it writes."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.errors import TargetError
from harness.targets.local.tail import Tail

_LOG_CAP = 256 << 10
_START = 60.0  # seconds until it listens
_STOP = 15.0  # it stops its containers first


def program(name: str) -> str:
    """The path of SAM CLI. Raises TargetError."""
    found = shutil.which(name)
    if found is None:
        raise TargetError(
            f"SAM CLI is not there ({name}); `pipx install aws-sam-cli`, or name it with the "
            "option command"
        )
    return found


def settings() -> dict[str, str]:
    """The environment of SAM CLI: nothing is sent home, and no credentials are looked for."""
    return {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_EC2_METADATA_DISABLED": "true"}


class Service:
    """Runs the functions of `template` by `kind`, `start-lambda` or `start-api`.

    `logs` are what SAM CLI and the functions write.

    It ends with us, and its containers with it. Raises TargetError when it does not start.
    """

    def __init__(
        self, command: str, kind: str, template: Mapping[str, Any], options: Sequence[str]
    ) -> None:
        self._kind = kind
        self.logs = Tail("faasfuzz-sam", _LOG_CAP)
        self._folder = Path(tempfile.mkdtemp(prefix="faasfuzz-sam-"))
        file = self._folder / "template.json"
        file.write_text(json.dumps(template))
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        told = (*_with_us(), command, "local", kind, "--template", str(file))
        try:
            self._popen = subprocess.Popen(
                [*told, "--port", str(port), "--warm-containers", "LAZY", "--no-watch", *options],
                stdin=subprocess.DEVNULL,
                stdout=self.logs.fd,
                stderr=self.logs.fd,
                env=settings(),
                cwd=self._folder,
                start_new_session=True,
            )
        except OSError as error:
            self.logs.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise TargetError(f"cannot start {command}: {error}") from error
        self._finalizer = weakref.finalize(self, _end, self._popen, self.logs, self._folder)
        self._wait(port)

    def stop(self) -> None:
        """End it with its containers. May be called twice."""
        self._finalizer()

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline and self._popen.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        written = self.logs.take()[0].decode("utf-8", "replace").strip().splitlines()
        self.stop()
        reason = written[-1] if written else "it says nothing"
        mend = "; update SAM CLI" if "No such option" in reason else ""
        raise TargetError(f"sam local {self._kind} does not start: {reason}{mend}")


def _with_us() -> list[str]:
    """util-linux's setpriv asks it to stop, containers and all, when the harness is killed."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "TERM", "--"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _end(popen: subprocess.Popen[bytes], logs: Tail, folder: Path) -> None:
    popen.terminate()
    try:
        popen.wait(_STOP)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()
    logs.close()
    shutil.rmtree(folder, ignore_errors=True)
