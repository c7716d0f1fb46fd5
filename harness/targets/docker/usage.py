"""What a container has used, read from its control group on this machine."""

from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_MB = 1 << 20


class Usage:
    """CPU and memory of the container `id`, whose first process is `pid` on the engine's machine.

    Control groups of both versions (https://docs.kernel.org/admin-guide/cgroup-v2.html,
    cgroup-v1/). `visible` is False where that machine's processes are not ours to look at: the
    engine is elsewhere, or we are in a container ourselves.
    """

    def __init__(self, id: str, pid: int) -> None:
        self._groups: dict[str, Path] = {}
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
                _, names, path = line.split(":", 2)
                if id in path:
                    for name in names.split(","):
                        folder = _ROOT / name if name else _ROOT
                        self._groups[name] = folder / path.lstrip("/")

    @property
    def visible(self) -> bool:
        return bool(self._groups)

    @property
    def measured(self) -> bool:
        """Whether CPU and memory can be told."""
        return self._cpu() is not None and self._memory() is not None

    def cpu_ms(self) -> float:
        return self._cpu() or 0.0

    def memory_mb(self) -> int:
        """Now, with what is cached of its files, rounded up."""
        return -(-(self._memory() or 0) // _MB)

    def peak_mb(self) -> int:
        peak = self._number("memory", "memory.max_usage_in_bytes") or self._number(
            "", "memory.peak"
        )
        return -(-peak // _MB) if peak else self.memory_mb()

    def _cpu(self) -> float | None:
        nanoseconds = self._number("cpuacct", "cpuacct.usage")
        if nanoseconds is not None:
            return nanoseconds / 1e6
        with suppress(OSError, KeyError, ValueError):
            text = (self._groups[""] / "cpu.stat").read_text()
            told = dict(line.split() for line in text.splitlines())
            return int(told["usage_usec"]) / 1e3
        return None

    def _memory(self) -> int | None:
        first = self._number("memory", "memory.usage_in_bytes")
        return first if first is not None else self._number("", "memory.current")

    def _number(self, group: str, file: str) -> int | None:
        with suppress(OSError, KeyError, ValueError):
            return int((self._groups[group] / file).read_text())
        return None
