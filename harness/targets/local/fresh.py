"""Fresh runtimes without a cold start each: forks of a process that has imported the function.

The parent handles no call itself, so each child finds what the import left, as after a cold start.
It shares the parent's environment and its random numbers drawn at import. What cannot be shared
(threads, sockets) makes the client refuse, and the caller starts a process for each call instead.
"""

import json
import time
from contextlib import suppress
from dataclasses import replace

from harness.targets.local.channel import Kind, Reply, Request
from harness.targets.local.process import Process
from harness.targets.local.scratch import Snapshot, TooMuch
from harness.targets.local.worker import End, Ended, Worker

# How long the parent may take to tell of a child that was killed.
_GRACE = 5.0


class Nursery:
    """Forks of `worker`, which is ready and has handled no call. `usable` is False after a loss."""

    def __init__(self, worker: Worker[Process]) -> None:
        self._worker = worker
        self._snapshot: Snapshot | None = None
        self.usable = True
        with suppress(TooMuch, OSError):
            self._snapshot = Snapshot(worker.process.scratch)

    def call(self, request: Request, limit: float) -> Reply | End | None:
        """Run a call in a child for at most `limit` seconds; None when that cannot be had.

        After None nothing has run, and the worker is as it was.
        """
        if self._snapshot is None:
            return None
        worker, process = self._worker, self._worker.process
        started = time.monotonic()
        worker.peak_mb = 0
        first = worker.call(request, limit)
        if isinstance(first, End):
            self.usable = False
            return replace(first, idle=first.why is Ended.EXITED)  # no child took the call
        if first.kind is not Kind.FORKED:
            return None
        fork = int(first.body)
        process.watch(fork)
        told = worker.wait(limit, started)
        process.watch(None)
        peak, worker.peak_mb = worker.peak_mb, 0
        ended = told
        if not isinstance(told, Reply) or told.kind is not Kind.ENDED:
            ended = worker.wait(_GRACE)
        worker.peak_mb = peak
        if not isinstance(ended, Reply) or ended.kind is not Kind.ENDED:
            self.usable = False
            return told
        process.sweep(fork)
        try:
            self.usable = self._snapshot.put_back()
        except OSError:
            self.usable = False
        return self._judged(told, ended, started)

    def _judged(self, told: Reply | End, ended: Reply, started: float) -> Reply | End:
        """What the child said, or how it ended without a word."""
        usage = json.loads(ended.body)
        worker = self._worker
        worker.peak_mb = max(worker.peak_mb, -(-int(usage["memory"]) // 1024))
        cpu = usage["cpu"] / 1e6
        if isinstance(told, End):
            return replace(told, cpu=cpu)
        seconds = time.monotonic() - started
        if worker.peak_mb > worker.memory_mb:
            return End(why=Ended.MEMORY, code=None, seconds=seconds, cpu=cpu)
        if told.kind is Kind.ENDED:
            return End(why=Ended.EXITED, code=usage["code"], seconds=seconds, cpu=cpu)
        return told
