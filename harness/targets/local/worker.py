"""One cold start of a function and the calls it serves, one at a time."""

import time
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from harness.targets.local.channel import Channel, ChannelClosed, Reply, Request

# A call has its limit in time that the machine gave it, but never more than so many times the
# limit: a function's own threads may be what keeps it from running.
_PATIENCE = 3.0


class Written(Protocol):
    """What a runtime has written so far, bounded; see Tail."""

    def pull(self) -> None: ...
    def take(self) -> tuple[bytes, int]: ...


class Running(Protocol):
    """The process or container in which a function runs; see Process."""

    @property
    def logs(self) -> Written: ...
    @property
    def records(self) -> Written: ...
    def exited(self) -> int | None: ...
    def wait(self) -> int: ...
    def memory_mb(self) -> int: ...
    def peak_mb(self) -> int: ...
    def cpu_ms(self) -> float: ...
    def starved_ms(self) -> float: ...
    def kill(self) -> None: ...
    def end(self) -> None: ...


R = TypeVar("R", bound=Running)


class Ended(Enum):
    """Why a process gave no reply."""

    EXITED = "exited"
    TIMEOUT = "timeout"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The process is no more. `code` as subprocess gives it; None when we had to kill it.

    `idle`: it ended before it asked for the call, so by what an earlier one left behind. `cpu` is
    milliseconds of the call, without its first TICK and what came after our last look.
    """

    why: Ended
    code: int | None
    seconds: float
    idle: bool = False
    cpu: float = 0.0


class Worker(Generic[R]):
    """A running process with its channel. After an End it must be stopped.

    `cold` holds until its client has said that it is ready.
    """

    def __init__(self, process: R, channel: Channel, *, memory_mb: int) -> None:
        self.process = process
        self._channel = channel
        self.memory_mb = memory_mb
        self.cold = True
        self._spent: tuple[float, ...] = ()  # CPU milliseconds at the first look and the last
        self.peak_mb = 0

    def call(self, request: Request, limit: float) -> Reply | End:
        """Run a call for at most `limit` seconds, without those it waited for a processor."""
        started = time.monotonic()
        try:
            self._channel.send(request)
        except ChannelClosed:
            return self._ended(started)
        return self.wait(limit, started)

    def wait(self, limit: float, started: float | None = None) -> Reply | End:
        """The next reply. Only while a call is slow are clock, memory and logs looked at."""
        started = time.monotonic() if started is None else started
        first = True
        starved: float | None = None  # at the first look
        self._spent = ()
        while True:
            try:
                reply = self._channel.receive()
            except ChannelClosed:
                return self._ended(started)
            if reply is not None:
                return reply if self._fits(reply) else self._end(Ended.MEMORY, started)
            self.process.logs.pull()
            self.process.records.pull()
            self._look_at_cpu()
            if starved is None:
                starved = self.process.starved_ms()
            memory = self.process.memory_mb()
            self.peak_mb = max(self.peak_mb, memory)
            if memory > self.memory_mb:
                return self._end(Ended.MEMORY, started)
            # The exit is believed one turn later: a last reply may still be on its way.
            if self.process.exited() is not None:
                if not first:
                    return self._ended(started)
                first = False
            seconds = time.monotonic() - started
            if seconds >= limit * _PATIENCE or (
                seconds >= limit and seconds - self._starved(starved) >= limit
            ):
                return self._end(Ended.TIMEOUT, started)

    def _starved(self, before: float) -> float:
        """Seconds that the process waited for a processor since then."""
        return max(0.0, self.process.starved_ms() - before) / 1000

    def _fits(self, reply: Reply) -> bool:
        """Look at the peak after a call long enough (ms) to have filled memory between ticks."""
        if reply.duration > 1.0 or not self.peak_mb:
            self.peak_mb = max(self.peak_mb, self.process.peak_mb())
        return self.peak_mb <= self.memory_mb

    def _ended(self, started: float) -> End:
        code = self.process.wait()
        seconds = time.monotonic() - started
        idle = not self._channel.taken
        return End(why=Ended.EXITED, code=code, seconds=seconds, idle=idle, cpu=self._cpu)

    def _end(self, why: Ended, started: float) -> End:
        seconds = time.monotonic() - started
        self._look_at_cpu()
        self.process.kill()
        return End(why=why, code=None, seconds=seconds, cpu=self._cpu)

    def _look_at_cpu(self) -> None:
        spent = self.process.cpu_ms()
        if spent:
            self._spent = (*self._spent[:1], spent)

    @property
    def _cpu(self) -> float:
        return self._spent[-1] - self._spent[0] if self._spent else 0.0

    def stop(self) -> None:
        self._channel.close()
        self.process.end()
