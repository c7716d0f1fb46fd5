"""The local target: a function run as Lambda runs it, on this machine."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.errors import TargetError
from harness.model import Function, FunctionError, Outcome, Status, Trigger
from harness.targets.local.channel import REQUEST_LIMIT, Channel, Kind, Reply, Request
from harness.targets.local.environment import REGION, function_arn, lambda_environment
from harness.targets.local.fast import FastChannel
from harness.targets.local.fresh import Nursery
from harness.targets.local.installing import cache_folder
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
from harness.targets.local.process import Process
from harness.targets.local.ric import RicChannel
from harness.targets.local.runtimes import Launch, Runtime, find_runtime
from harness.targets.local.worker import End, Ended, Worker

# Lambda's init phase (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html);
# an init that takes longer is tried once more within the function's own timeout.
_INIT_SECONDS = 10


class LocalTarget:
    """Runs one function in a process of its own; lock-step, not for use by two threads at once.

    `environment` is added to the function's (endpoints, credentials). `client` is "fast" (ours) or
    "ric" (the unmodified client of AWS, without learning and coverage). `coverage` asks for
    Outcome.lines. `cache` holds installed packages.
    """

    def __init__(
        self,
        function: Function,
        *,
        environment: Mapping[str, str],
        client: str = "fast",
        sensors: bool = True,
        coverage: bool = False,
        cache: Path | None = None,
    ) -> None:
        if client not in ("fast", "ric"):
            raise ValueError(f"client is {client!r}, not fast or ric")
        self.name = "local"
        self.blind = frozenset() if sensors else frozenset({"sensors"})
        self._function = function
        self._environment = environment
        self._client = client
        self._sensors = sensors
        self._coverage = coverage and sensors and client == "fast"
        self._cache = cache or cache_folder()
        self._code = Path()
        self._runtime: Runtime | None = None
        self._worker: Worker | None = None
        self._pristine: Worker | None = None  # of fresh calls: it has handled none itself
        self._nursery: Nursery | None = None
        self._forks = False
        self._prefix = f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4{secrets.token_hex(2)[1:]}"
        self._count = 0

    def start(self) -> None:
        """Find the interpreter, install what is missing, and begin the cold start."""
        function = self._function
        if function.code is None or not function.code.is_dir():
            raise TargetError(
                f"{function.name} has no code folder ({function.code}); the local target runs zip "
                "packages: check CodeUri, or use --target docker"
            )
        self._code = function.code.resolve()
        self._runtime = find_runtime(function, self._code, self._cache, client=self._client)
        self._forks = self._client == "fast" and self._runtime.forks
        self.restart()

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke. After an exit, a timeout or a failed init the next call is cold.

        A fresh call leaves the warm runtime as it is; `init` is told when it had to wait for one.
        """
        self._count += 1
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
            learn=learn and self._sensors,
            extra=extra,
        )
        if fresh:
            reply = self._called_fresh(worker, request, timeout)
        else:
            reply = worker.call(request, timeout)
        if isinstance(reply, End) and reply.idle and init is None:
            self._drop(worker)  # it went down behind its last answer: Lambda starts another one
            return self.invoke(event, learn=learn, extra=extra, fresh=fresh)
        if isinstance(reply, End):
            outcome = self._ended(worker, reply, request_id, init)
        else:
            outcome = self._replied(worker, reply, request_id, init)
        if fresh and not (self._nursery and self._nursery.usable):
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

    def _drop(self, worker: Worker) -> None:
        worker.stop()
        if worker is self._worker:
            self._worker = None
        if worker is self._pristine:
            self._pristine = self._nursery = None

    def _warm_worker(self) -> Worker:
        if self._worker is None:
            self._worker = self._spawn()
        return self._worker

    def _fresh_worker(self) -> Worker:
        if self._pristine is None:
            self._pristine = self._spawn()
        return self._pristine

    def _called_fresh(self, worker: Worker, request: Request, timeout: float) -> Reply | End:
        """In a fork where the function allows it, else in this process, its first and last call."""
        if self._forks:
            self._nursery = self._nursery or Nursery(worker)
            reply = self._nursery.call(replace(request, fresh=True), timeout)
            if reply is not None:
                return reply
            self._forks, self._nursery = False, None
        return worker.call(request, timeout)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn(self) -> Worker:
        function = self._function
        process = Process(memory_mb=function.memory, ephemeral_mb=function.ephemeral_mb)
        environment = lambda_environment(
            function, code=self._code, scratch=process.scratch, extra=self._environment
        )
        arn = function_arn(function, environment.get("AWS_REGION", REGION))
        fds = []
        if self._sensors:
            environment["FAASFUZZ_SENSOR_FD"] = str(process.records.fd)
            fds.append(process.records.fd)
        if self._coverage:
            environment["FAASFUZZ_COVERAGE"] = "1"
        assert self._runtime is not None, "invoke() before start()"
        channel: Channel
        launch: Launch
        if self._client == "fast":
            fast = FastChannel()
            channel, theirs = fast, fast.theirs.fileno()
            fds += [theirs, fast.lifeline]
            told = {**environment, "FAASFUZZ_FUNCTION_ARN": arn}
            launch = self._runtime.fast(told, theirs, fast.lifeline)
        else:
            ric = RicChannel(arn=arn, cpu=process.cpu_ms)
            channel = ric
            launch = self._runtime.ric({**environment, "AWS_LAMBDA_RUNTIME_API": ric.address})
        try:
            process.spawn(
                launch.command,
                environment=launch.environment,
                cwd=self._code,
                fds=fds,
                needed=launch.needed,
            )
        except TargetError:
            channel.close()
            process.end()
            raise
        if self._client == "fast":
            fast.started()
        return Worker(process, channel, memory_mb=function.memory)

    def _replied(
        self, worker: Worker, reply: Reply, request_id: str, init: float | None
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

    def _ended(self, worker: Worker, end: End, request_id: str, init: float | None) -> Outcome:
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

    def _failed_init(self, worker: Worker, reply: Reply | End, request_id: str) -> Outcome:
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
        worker: Worker,
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
