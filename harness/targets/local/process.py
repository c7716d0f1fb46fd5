"""The function's process: spawned with limits, watched, and killed with all it left behind.

Its /tmp is its own where the machine allows it (see isolation.py).
"""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from harness.errors import TargetError
from harness.targets.local.isolation import SCRATCH, isolated
from harness.targets.local.tail import Tail

_MB = 1 << 20
_PAGE = resource.getpagesize()
_LOG_CAP = 256 << 10
_SENSOR_CAP = 16 << 20
# Data memory a runtime may reserve beyond its memory size: thread stacks, arenas, mappings.
_DATA_SLACK_MB = 2048
_KILL_GRACE = 5.0


class Process:
    """One cold start. `logs` are its stdout and stderr, `records` what its sensors write."""

    def __init__(self, *, memory_mb: int, ephemeral_mb: int) -> None:
        self.logs = Tail("faasfuzz-logs", _LOG_CAP)
        self.records = Tail("faasfuzz-sensors", _SENSOR_CAP)
        self.scratch = Path(tempfile.mkdtemp(prefix="faasfuzz-tmp-", dir=SCRATCH))
        self._memory_mb = memory_mb
        self._ephemeral_mb = ephemeral_mb
        self._marker = b""
        self._popen: subprocess.Popen[bytes] | None = None
        self._fork: int | None = None
        self._finalizer = weakref.finalize(self, _end, None, b"", self.scratch, *self._tails)

    def spawn(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        fds: Sequence[int],
        needed: Sequence[Path],
    ) -> None:
        """Start `command`; it inherits `fds` and sees `needed` folders.

        Raises TargetError when the system refuses.
        """
        try:
            popen = subprocess.Popen(
                [*_die_with_us(), *isolated(command, self.scratch, needed)],
                stdin=subprocess.DEVNULL,
                stdout=self.logs.fd,
                stderr=self.logs.fd,
                env=dict(environment),
                cwd=cwd,
                pass_fds=tuple(fds),
                start_new_session=True,
            )
        except OSError as error:
            raise TargetError(f"cannot start {command[0]}: {error}") from error
        self._popen = popen
        self._marker = environment["AWS_LAMBDA_LOG_STREAM_NAME"].encode()
        self._finalizer.detach()
        self._finalizer = weakref.finalize(
            self, _end, popen, self._marker, self.scratch, *self._tails
        )
        data = (self._memory_mb + _DATA_SLACK_MB) * _MB
        size = self._ephemeral_mb * _MB
        with suppress(ProcessLookupError):  # ended already: its exit tells the rest
            resource.prlimit(popen.pid, resource.RLIMIT_CORE, (0, 0))
            resource.prlimit(popen.pid, resource.RLIMIT_DATA, (data, data))
            resource.prlimit(popen.pid, resource.RLIMIT_FSIZE, (size, size))

    def exited(self) -> int | None:
        """The exit status (negative: the signal), None while it runs."""
        return None if self._popen is None else self._popen.poll()

    def wait(self) -> int:
        """The exit status of a process that is ending; killed when it does not."""
        assert self._popen is not None
        try:
            return self._popen.wait(_KILL_GRACE)
        except subprocess.TimeoutExpired:
            _kill(self._popen, self._marker)
            return self._popen.wait()

    def watch(self, fork: int | None) -> None:
        """From now on kill() and what is measured mean this child; None: the process."""
        self._fork = fork

    def sweep(self, fork: int) -> None:
        """Kill what a child that has ended left running."""
        newest = _newest_pid()
        later = None if newest < fork else range(fork + 1, newest + 1)  # numbers start over
        for pid in _strays(self._marker, later):
            if pid != self._pid:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)

    def memory_mb(self) -> int:
        """Resident memory now, rounded up; 0 when the process is gone."""
        try:
            with open(f"/proc/{self._watched}/statm", "rb") as statm:
                return -(-int(statm.read().split()[1]) * _PAGE // _MB)
        except (OSError, IndexError):
            return 0

    def peak_mb(self) -> int:
        """Peak resident memory since the cold start, as Lambda's "Max Memory Used".

        From VmHWM: ru_maxrss would count the harness, whose memory a vforked child starts with.
        """
        with suppress(OSError), open(f"/proc/{self._watched}/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return -(-int(line.split()[1]) // 1024)
        return 0

    def cpu_ms(self) -> float:
        """CPU time of its living threads so far; 0 when the process is gone."""
        spent = 0
        with suppress(OSError, IndexError):
            for thread in Path(f"/proc/{self._watched}/task").iterdir():
                with open(thread / "schedstat", "rb") as schedstat:
                    spent += int(schedstat.read().split()[0])
        return spent / 1e6

    def starved_ms(self) -> float:
        """How long its first thread was ready to run and had no processor; 0 when it is gone.

        The second field of /proc/<pid>/schedstat
        (https://docs.kernel.org/scheduler/sched-stats.html).
        """
        with suppress(OSError, IndexError), open(f"/proc/{self._watched}/schedstat", "rb") as told:
            return int(told.read().split()[1]) / 1e6
        return 0.0

    def kill(self) -> None:
        """End it and everything it started; what it wrote can still be read."""
        if self._fork is not None:
            with suppress(ProcessLookupError):
                os.kill(self._fork, signal.SIGKILL)
        elif self._popen is not None:
            _kill(self._popen, self._marker)
            self._popen.wait()

    def end(self) -> None:
        """kill(), and its folder and files go too. May be called twice."""
        self._finalizer()

    @property
    def _watched(self) -> int:
        return self._pid if self._fork is None else self._fork

    @property
    def _pid(self) -> int:
        return 0 if self._popen is None else self._popen.pid

    @property
    def _tails(self) -> tuple[Tail, Tail]:
        return self.logs, self.records


def _die_with_us() -> list[str]:
    """util-linux's setpriv ties the child to the harness; preexec_fn would be unsafe in threads."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "KILL", "--"]


def _end(popen: subprocess.Popen[bytes] | None, marker: bytes, scratch: Path, *tails: Tail) -> None:
    if popen is not None:
        _kill(popen, marker)
        popen.wait()
    for tail in tails:
        tail.close()
    shutil.rmtree(scratch, ignore_errors=True)


def _kill(popen: subprocess.Popen[bytes], marker: bytes) -> None:
    if popen.poll() is None:  # once reaped, its number may be another's
        with suppress(ProcessLookupError):
            os.killpg(popen.pid, signal.SIGKILL)
    for pid in _strays(marker):
        with suppress(ProcessLookupError, PermissionError):  # ended meanwhile, or no longer ours
            os.kill(pid, signal.SIGKILL)


def _strays(marker: bytes, among: Iterable[int] | None = None) -> list[int]:
    """Processes that left the group (setsid) but still carry the runtime's environment."""
    if among is None:
        among = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = []
    for pid in among:
        # Gone meanwhile, or another user's: not ours to end either way.
        with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as environ:
            if marker in environ.read():
                found.append(pid)
    return found


def _newest_pid() -> int:
    """The number that the system gave last (proc_loadavg(5))."""
    with open("/proc/loadavg", "rb") as loadavg:
        return int(loadavg.read().split()[-1])
