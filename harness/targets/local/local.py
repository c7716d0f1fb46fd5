"""The local target: a function run as Lambda runs it, on this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import TargetError
from harness.model import Function
from harness.targets.local.channel import Channel, Reply, Request
from harness.targets.local.environment import REGION, function_arn, lambda_environment
from harness.targets.local.fast import FastChannel
from harness.targets.local.fresh import Nursery
from harness.targets.local.installing import cache_folder
from harness.targets.local.lifecycle import RuntimeTarget
from harness.targets.local.process import Process
from harness.targets.local.ric import RicChannel
from harness.targets.local.runtimes import Launch, Runtime, find_runtime, is_custom
from harness.targets.local.worker import End, Worker


class LocalTarget(RuntimeTarget[Process]):
    """Runs one function in a process of its own; lock-step, not for use by two threads at once.

    `environment` is added to the function's (endpoints, credentials). `client` is "fast" (ours) or
    "ric" (the unmodified client of AWS, without learning and coverage). `coverage` asks for
    Outcome.lines. `cache` holds installed packages. A custom runtime is driven as the "ric" client
    is, without sensors; so is `given`, the command of a runtime client (see `filled`).
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
        given: Sequence[str] = (),
    ) -> None:
        if client not in ("fast", "ric"):
            raise ValueError(f"client is {client!r}, not fast or ric")
        if given or is_custom(function):
            client, sensors = "ric", False
        super().__init__(function, learns=sensors)
        self.name = "local"
        self.blind = frozenset() if sensors else frozenset({"sensors"})
        self._environment = environment
        self._client = client
        self._sensors = sensors
        self._coverage = coverage and sensors and client == "fast"
        self._cache = cache or cache_folder()
        self._given = given
        self._runtime: Runtime | None = None
        self._nursery: Nursery | None = None
        self._forks = False

    def start(self) -> None:
        """Find the interpreter, install what is missing, and begin the cold start."""
        function = self._function
        if function.code is None or not function.code.is_dir():
            raise TargetError(
                f"{function.name} has no code folder ({function.code}); the local target runs zip "
                "packages: check CodeUri, or use --target docker"
            )
        self._code = function.code.resolve()
        self._runtime = find_runtime(
            function, self._code, self._cache, client=self._client, given=self._given
        )
        self._forks = self._client == "fast" and self._runtime.forks
        self.restart()

    def _drop(self, worker: Worker[Process]) -> None:
        if worker is self._pristine:
            self._nursery = None
        super()._drop(worker)

    @property
    def _reusable(self) -> bool:
        return self._nursery is not None and self._nursery.usable

    def _called_fresh(
        self, worker: Worker[Process], request: Request, timeout: float
    ) -> Reply | End:
        """In a fork where the function allows it, else in this process, its first and last call."""
        if self._forks:
            self._nursery = self._nursery or Nursery(worker)
            reply = self._nursery.call(replace(request, fresh=True), timeout)
            if reply is not None:
                return reply
            self._forks, self._nursery = False, None
        return worker.call(request, timeout)

    def _spawn(self) -> Worker[Process]:
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
