"""Worker processes on this machine.

Each has a pipe of its own to the coordinator: a worker that is killed in the middle of a message
takes no lock with it that the others need, and a coordinator that is killed closes its pipes, which
tells every worker to stop.
"""

import contextlib
import os
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from signal import SIG_IGN, SIGINT, SIGTERM, signal
from typing import Protocol

from harness.campaign.jobs import Job
from harness.campaign.moments import Moment, WorkerFailed
from harness.campaign.preparing import prepare
from harness.campaign.workplace import Workplace

# How long workers that were told to stop may take to bring their runtimes down, in seconds.
_GRACE = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """A moment of a job that runs."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Ended:
    """A job came to its end."""

    job: Job


@dataclass(frozen=True, slots=True)
class Lost:
    """A job's worker is gone."""

    job: Job
    reason: str


Event = Told | Ended | Lost


class Pool(Protocol):
    """Where jobs are done: processes of this machine, or a cluster."""

    @property
    def free(self) -> int:
        """How many more jobs can be begun now."""
        ...

    def suits(self, function: str) -> bool:
        """Whether the next job had better be one of this function than of another."""
        ...

    def submit(self, job: Job) -> None: ...
    def events(self, timeout: float) -> Sequence[Event]: ...
    def stop(self) -> None:
        """Tell the jobs that run to come to an end."""
        ...

    def end(self) -> None:
        """End the jobs that run now, in the middle of a call, as far as the pool can."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class _Hand:
    """One worker process as the coordinator sees it."""

    process: ForkServerProcess
    pipe: Connection
    job: Job | None = None
    learnt: set[str] = field(default_factory=set)


class LocalPool:
    """Processes of this machine, started when they are first needed."""

    def __init__(self, workplace: Workplace, size: int) -> None:
        self._workplace = workplace
        self._size = size
        self._hands: list[_Hand] = []
        self._context = prepare()

    @property
    def free(self) -> int:
        """How many more jobs can be begun now."""
        return self._size - sum(hand.job is not None for hand in self._hands)

    def suits(self, function: str) -> bool:
        """Whether a free worker has learnt it, or none at all has."""
        learnt = [hand for hand in self._hands if function in hand.learnt]
        return not learnt or any(hand.job is None for hand in learnt)

    def submit(self, job: Job) -> None:
        """Begin a job, with a worker that has learnt its function if one is free.

        There must be a free worker.
        """
        free = [hand for hand in self._hands if hand.job is None]
        free.sort(key=lambda hand: job.function not in hand.learnt)
        hand = free[0] if free else self._start()
        hand.job = job
        hand.learnt.add(job.function)
        with contextlib.suppress(OSError):  # it died meanwhile: events() tells
            hand.pipe.send(job)

    def events(self, timeout: float) -> Sequence[Event]:
        """What workers told; waits for up to `timeout` seconds when there is nothing yet."""
        by_pipe = {hand.pipe: hand for hand in self._hands}
        ready = wait(list(by_pipe), timeout)
        return [event for pipe in ready for event in self._read(by_pipe[pipe])]  # type: ignore[index]

    def stop(self) -> None:
        """Tell the jobs that run to come to an end."""
        for hand in self._hands:
            with contextlib.suppress(OSError):
                hand.pipe.send(None)

    def close(self) -> None:
        """End every worker: idle ones at once, others after a time of grace."""
        for hand in self._hands:
            hand.pipe.close()
        for hand in self._hands:
            hand.process.join(_GRACE)
            if hand.process.is_alive():
                hand.process.kill()
                hand.process.join()

    def end(self) -> None:
        """End the workers that have a job; each brings its runtimes down before it goes."""
        for hand in self._hands:
            if hand.job is not None:
                hand.process.terminate()

    def _start(self) -> _Hand:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(self._workplace, theirs, dict(os.environ))
        )
        process.start()
        theirs.close()
        hand = _Hand(process, ours)
        self._hands.append(hand)
        return hand

    def _read(self, hand: _Hand) -> Iterator[Event]:
        try:
            message = hand.pipe.recv()
        except (EOFError, OSError):
            yield from self._gone(hand)
            return
        if message is not None:
            yield Told(message)
        elif hand.job is not None:
            job, hand.job = hand.job, None
            yield Ended(job)

    def _gone(self, hand: _Hand) -> Iterator[Event]:
        self._hands.remove(hand)
        hand.pipe.close()
        hand.process.join(_GRACE)
        if hand.job is not None:
            yield Lost(hand.job, f"its worker process ended early (exit {hand.process.exitcode})")


def _ended(_number: int, _frame: object) -> None:
    """Out of whatever call is waited for, through everything that must be brought down."""
    signal(SIGTERM, SIG_IGN)
    raise SystemExit


def _work(workplace: Workplace, pipe: Connection, environment: Mapping[str, str]) -> None:
    """The body of a worker process: a job comes in, its moments and then None go out.

    Whatever else arrives while a job runs, the end of the pipe among it, means: stop. Ctrl-C
    reaches the coordinator, which tells us.
    """
    from harness.campaign.worker import Worker  # the server has it

    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, _ended)
    os.environ.clear()  # the server's is as old as it is
    os.environ.update(environment)
    # A pipe that breaks says that the coordinator is gone: so are we.
    with (
        contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError),
        Worker(workplace, pipe.poll) as worker,
    ):
        while (job := pipe.recv()) is not None:
            try:
                worker.run(job, pipe.send)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception:  # a bug of ours: told with its trace, the rest goes on
                pipe.send(WorkerFailed(job=job, reason=traceback.format_exc(limit=-12)))
            pipe.send(None)
