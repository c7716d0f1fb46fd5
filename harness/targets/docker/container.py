"""One container: a cold start of a function, watched, and removed with all it left behind."""

import os
import shutil
import signal
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

from harness.errors import TargetError
from harness.targets.docker.engine import told
from harness.targets.docker.ownership import remove
from harness.targets.docker.stream import LogStream
from harness.targets.docker.usage import Usage
from harness.targets.local.tail import Tail

# Where our things lie in the container; outside of what Lambda's images use.
OURS = "/var/faasfuzz"
RECORDS = f"{OURS}/records/told"
_SENSOR_CAP = 16 << 20
_END = 5.0
_LATE = 1.0  # how long the engine may take to tell of a kill for memory
_SIGNALLED = 128  # exit codes beyond it are signals, as a shell tells them


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What every container of a function has. `mounts` are read-only: here -> there."""

    image: str
    command: Sequence[str] | None
    entry_point: Sequence[str] | None
    working_directory: str
    environment: Mapping[str, str]
    mounts: Mapping[str, str]
    network: str
    memory_mb: int
    labels: Mapping[str, str] = field(default_factory=dict)


class Container:
    """A started container. `logs` are its stdout and stderr, `records` what its sensors write.

    Its file system is read-only but for /tmp, as in Lambda. Raises TargetError when the engine
    refuses.
    """

    def __init__(self, client: Any, spec: Spec, environment: Mapping[str, str]) -> None:
        self._client = client
        self._code: int | None = None
        self._sensing = self._killed = False
        self._since = int(time.time())
        self.out_of_memory = False
        self._records = Path(tempfile.mkdtemp(prefix="faasfuzz-records-"))
        self._records.chmod(0o755)
        self.records = _open(self._records / "told")
        self._finalizer = weakref.finalize(self, _end, client, "", self._records, self.records)
        with told(f"start a container of {spec.image}"):
            self._id = _created(client, spec, environment, self._records)
            self._finalizer.detach()
            self._finalizer = weakref.finalize(
                self, _end, client, self._id, self._records, self.records
            )
            wanted = {"stdout": 1, "stderr": 1, "stream": 1}
            self.logs = LogStream(client.api.attach_socket(self._id, params=wanted))
            client.api.start(self._id)
            state = client.api.inspect_container(self._id)["State"]
        self.usage = Usage(self._id, state["Pid"])
        if self.usage.visible:
            self.logs.mark_in(state["Pid"])

    @property
    def sensing(self) -> bool:
        """Whether our sensors are alive in it: they write when they start."""
        self._sensing = self._sensing or os.fstat(self.records.fd).st_size > 0
        return self._sensing

    def exited(self) -> int | None:
        """The exit status (negative: the signal), None while it runs."""
        return self.wait() if self.logs.ended else None

    def wait(self) -> int:
        """The exit status of a container that is ending; killed when it does not."""
        if self._code is None:
            if not self.logs.wait_ended(_END):
                self._kill()
            with told("ask how a container ended"):
                self._client.api.wait(self._id, timeout=_END)
                state = self._client.api.inspect_container(self._id)["State"]
            code = int(state["ExitCode"])
            self._code = _SIGNALLED - code if code > _SIGNALLED else code
            self.out_of_memory = bool(state["OOMKilled"]) or (
                self._code == -signal.SIGKILL and not self._killed and self._told_of_memory()
            )
        return self._code

    def _told_of_memory(self) -> bool:
        """Whether the engine has an event of it: its state misses what comes after the exit."""
        deadline = time.monotonic() + _LATE
        wanted = {"container": self._id, "event": "oom"}
        while True:
            with told("ask how a container ended"):
                events = self._client.api.events(
                    since=self._since, until=time.time(), filters=wanted
                )
                with closing(events):
                    if any(events):
                        return True
            if time.monotonic() > deadline:
                return False
            time.sleep(_LATE / 5)

    def memory_mb(self) -> int:
        return self.usage.memory_mb()

    def peak_mb(self) -> int:
        return self.usage.peak_mb()

    def cpu_ms(self) -> float:
        return self.usage.cpu_ms()

    def starved_ms(self) -> float:
        """Nothing: which of its processes runs the function is not known here."""
        return 0.0

    def kill(self) -> None:
        """End it; what it wrote can still be read."""
        self._kill()
        self.logs.wait_ended(_END)

    def _kill(self) -> None:
        self._killed = True
        try:
            self._client.api.kill(self._id)
        except (NotFound, APIError):  # it ended by itself
            return
        except (DockerException, RequestException) as error:
            raise TargetError(f"cannot kill a container: {error}") from error

    def end(self) -> None:
        """Remove it and what belongs to it. May be called twice."""
        self._finalizer()


def _created(client: Any, spec: Spec, environment: Mapping[str, str], records: Path) -> str:
    memory = f"{spec.memory_mb}m"
    binds = {here: {"bind": there, "mode": "ro"} for here, there in spec.mounts.items()}
    binds[str(records)] = {"bind": str(Path(RECORDS).parent), "mode": "rw"}
    host = client.api.create_host_config(
        binds=binds,
        network_mode=spec.network,
        mem_limit=memory,
        memswap_limit=memory,
        read_only=True,
        init=True,  # in Lambda the runtime is not the first process either
        log_config={"type": "none", "config": {}},
    )
    made = client.api.create_container(
        spec.image,
        command=list(spec.command) if spec.command is not None else None,
        entrypoint=list(spec.entry_point) if spec.entry_point is not None else None,
        working_dir=spec.working_directory or None,
        environment={**spec.environment, **environment},
        volumes=["/tmp"],
        host_config=host,
        labels=dict(spec.labels),
    )
    return str(made["Id"])


def _open(path: Path) -> Tail:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    path.chmod(0o666)  # whoever the image's user is
    return Tail("faasfuzz-sensors", _SENSOR_CAP, fd)


def _end(client: Any, id: str, records: Path, tail: Tail) -> None:
    if id:
        with suppress(DockerException, RequestException):  # the engine is gone: nothing runs
            remove(client, id)
    tail.close()
    shutil.rmtree(records, ignore_errors=True)
