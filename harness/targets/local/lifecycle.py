"""The life of a Lambda runtime, wherever it runs: cold start, calls, errors, crashes, timeouts."""

import secrets
import time
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Generic

from harness.model import Function, FunctionError, Outcome, Status, Trigger
from harness.targets.base import Started
from harness.targets.local.channel import REQUEST_LIMIT, Kind, Reply, Request
from harness.targets.local.outcomes import (
    Records,
    decoded,
    exited,
    out_of_memory,
    records,
    reported,
    request_too_large,
    response_too_large,
    timed_out,
)
from harness.targets.local.worker import End, Ended, R, Worker

# Lambda's init phase (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html);
# an init that takes longer is tried once more within the function's own timeout.
_INIT_SECONDS = 10


class RuntimeTarget(Started, Generic[R]):
    """One function in a warm runtime, and one for fresh calls; lock-step, for one thread at a time.

    `learns`: its runtimes can record how an event is read. `_code` is the folder of the code as
    the runtime names it.
    """

    def __init__(self, function: Function, *, learns: bool) -> None:
        self._function = function
        self._learns = learns
        self._code = Path()
        self._worker: Worker[R] | None = None
        self._pristine: Worker[R] | None = None  # of fresh calls: it has handled none itself
        self._prefix = f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4{secrets.token_hex(2)[1:]}"
        self._count = 0

    @abstractmethod
    def start(self) -> None:
        """See Target.start."""

    @abstractmethod
    def _spawn(self) -> Worker[R]:
        """Begin a cold start. Raises TargetError when the machine refuses."""

    def _called_fresh(self, worker: Worker[R], request: Request, timeout: float) -> Reply | End:
        """The first call of the runtime for fresh calls."""
        return worker.call(request, timeout)

    @property
    def _reusable(self) -> bool:
        """Whether the runtime for fresh calls serves for another one."""
        return False

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
        request_id: str = "",
        context: str = "",
    ) -> Outcome:
        """See Target.invoke. After an exit, a timeout or a failed init the next call is cold.

        A fresh call leaves the warm runtime as it is; `init` is told when it had to wait for one.
        `request_id` is the call's name where it has one already, `context` its client context (JSON
        in ASCII).
        """
        self._count += 1
        if not request_id:
            request_id = f"{self._prefix}-a{self._count >> 48 & 0xFFF:03x}-{self._count:012x}"
        if len(event) > REQUEST_LIMIT:
            status, error = request_too_large(len(event))
            return Outcome(status=status, error=error, request_id=request_id)
        worker = self._fresh_worker() if fresh else self._warm_worker()
        init: float | None = None
        if worker.cold:
            ready = worker.wait(_INIT_SECONDS + self._function.timeout)
            if isinstance(ready, End) or ready.kind is not Kind.READY:
                return self._failed_init(worker, ready, request_id)
            init, worker.cold = ready.duration, False
        timeout = self._function.timeout
        request = Request(
            id=request_id,
            event=event,
            deadline=int((time.time() + timeout) * 1000),
            learn=learn and self._learns,
            extra=extra,
            context=context,
        )
        if fresh:
            reply = self._called_fresh(worker, request, timeout)
        else:
            reply = worker.call(request, timeout)
        if isinstance(reply, End) and reply.idle and init is None:
            self._drop(worker)  # it went down behind its last answer: Lambda starts another one
            return self.invoke(
                event, learn=learn, extra=extra, fresh=fresh, request_id=request_id, context=context
            )
        if isinstance(reply, End):
            outcome = self._ended(worker, reply, request_id, init)
        else:
            outcome = self._replied(worker, reply, request_id, init)
        if fresh and not self._reusable:
            self._drop(worker)
        return outcome

    def restart(self) -> None:
        """A fresh process with an empty /tmp, for the calls that are not fresh anyway."""
        if self._worker is not None:
            self._drop(self._worker)
        self._worker = self._spawn()

    def stop(self) -> None:
        for worker in (self._worker, self._pristine):
            if worker is not None:
                self._drop(worker)

    def _drop(self, worker: Worker[R]) -> None:
        worker.stop()
        if worker is self._worker:
            self._worker = None
        if worker is self._pristine:
            self._pristine = None

    def _warm_worker(self) -> Worker[R]:
        if self._worker is None:
            self._worker = self._spawn()
        return self._worker

    def _fresh_worker(self) -> Worker[R]:
        if self._pristine is None:
            self._pristine = self._spawn()
        return self._pristine

    def _replied(
        self, worker: Worker[R], reply: Reply, request_id: str, init: float | None
    ) -> Outcome:
        status, error = Status.OK, None
        raw = reply.body
        if reply.kind in (Kind.ERROR, Kind.LAST_ERROR):
            status, error = Status.ERROR, reported(raw, self._code)
        elif reply.kind is Kind.TOO_LARGE:
            status, error = response_too_large(int(raw))
            raw = b""
        outcome = self._outcome(worker, status, error, request_id, reply=reply, raw=raw, init=init)
        if reply.kind in (Kind.TOO_LARGE, Kind.LAST_ERROR) and worker is self._worker:
            self._drop(worker)  # the Runtime API's 413 ends the process in Lambda, too
        return outcome

    def _ended(self, worker: Worker[R], end: End, request_id: str, init: float | None) -> Outcome:
        if end.why is Ended.TIMEOUT:
            status, error = timed_out(request_id, self._function.timeout)
        elif end.why is Ended.MEMORY:
            status, error = out_of_memory(request_id)
        else:
            status, error = exited(request_id, end.code or 0)
        outcome = self._outcome(worker, status, error, request_id, end=end, init=init)
        if worker is self._worker:
            self._drop(worker)
        return outcome

    def _failed_init(self, worker: Worker[R], reply: Reply | End, request_id: str) -> Outcome:
        if isinstance(reply, Reply):
            error = reported(reply.body, self._code)
            outcome = self._outcome(
                worker, Status.INIT_ERROR, error, request_id, reply=reply, raw=reply.body
            )
        else:
            if reply.why is Ended.TIMEOUT:
                _, error = timed_out(request_id, reply.seconds)
            elif reply.why is Ended.MEMORY:
                _, error = out_of_memory(request_id)
            else:
                _, error = exited(request_id, reply.code or 0)
            outcome = self._outcome(worker, Status.INIT_ERROR, error, request_id, end=reply)
        self._drop(worker)
        return outcome

    def _outcome(
        self,
        worker: Worker[R],
        status: Status,
        error: FunctionError | None,
        request_id: str,
        *,
        reply: Reply | None = None,
        end: End | None = None,
        raw: bytes = b"",
        init: float | None = None,
    ) -> Outcome:
        logs, dropped = worker.process.logs.take()
        written, _ = worker.process.records.take()
        told = records(written) if written else Records()
        return Outcome(
            status=status,
            response=decoded(raw) if raw else None,
            raw=raw.decode("utf-8", "replace"),
            error=error,
            logs=logs.decode("utf-8", "replace"),
            logs_dropped=dropped,
            duration=reply.duration if reply else end.seconds * 1000 if end else 0.0,
            init=init,
            cpu=reply.cpu if reply else end.cpu if end else 0.0,
            memory=worker.peak_mb,
            exit_code=end.code if end else None,
            request_id=request_id,
            sinks=told.sinks,
            reads=told.reads,
            lines=told.lines,
            branches=told.branches,
        )
