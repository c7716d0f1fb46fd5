"""A function in a warm container, spoken to as Lambda speaks to it: by the Runtime API.

Lambda's images talk to whoever AWS_LAMBDA_RUNTIME_API names, and start their emulator only where
nobody is named (https://docs.aws.amazon.com/lambda/latest/dg/images-test.html), so any image that
runs in Lambda runs here, with or without an emulator in it.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import TargetError
from harness.model import Function, Outcome, Trigger
from harness.targets.docker.container import OURS, RECORDS, Container, Spec
from harness.targets.docker.engine import base_image, have_image
from harness.targets.docker.layers import Layers
from harness.targets.local.dependencies import search_path
from harness.targets.local.environment import function_arn, lambda_environment
from harness.targets.local.installing import cache_folder
from harness.targets.local.interpreters import find_interpreter
from harness.targets.local.lifecycle import RuntimeTarget
from harness.targets.local.ric import RicChannel
from harness.targets.local.runtimes import NODE_CLIENT, PYTHON_CLIENT, reachable
from harness.targets.local.worker import End, Ended, Worker

TASK_ROOT = "/var/task"
LACKS = frozenset({"coverage"})
# Where the sensors of each language lie, here and there.
_SENSORS = {PYTHON_CLIENT.parent: f"{OURS}/sensors", NODE_CLIENT.parent: f"{OURS}/node"}
_SITE = f"{OURS}/sensors/container_site"
_PRELOADED = f"--require={OURS}/node/container.js"
# What an image says itself, and what its entry point makes of its command.
_OF_THE_IMAGE = {"PATH", "LANG", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "TMPDIR", "_HANDLER"}


class DockerTarget(RuntimeTarget[Container]):
    """Runs one function in containers of its image, one warm at a time.

    `environment` is added to the function's. `image` stands in for a zip function's base image.
    `host` is the address of this machine as containers of `network` reach it. `decoys` is a folder
    that they see where it is here. `blind` is right after the first call: the sensors of an image
    show by what they write.
    """

    def __init__(
        self,
        function: Function,
        *,
        client: Any,
        environment: Mapping[str, str],
        image: str = "",
        pull: str = "missing",
        network: str = "host",
        host: str = "127.0.0.1",
        decoys: Path | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(function, learns=False)
        self.name = "docker"
        self._client = client
        self._environment = environment
        self._image = image
        self._pull = pull
        self._network = network
        self._host = host
        self._decoys = decoys
        self._labels = labels or {}
        self._layers = Layers(function)
        self._spec: Spec | None = None
        self._spare: Worker[Container] | None = None
        observed = function.runtime.startswith(("python", "nodejs"))
        self.blind = LACKS if observed else LACKS | {"sensors"}

    def start(self) -> None:
        """Find or pull the image, and begin the cold start."""
        self._code = Path(TASK_ROOT)
        self._spec = self._specified()
        self.restart()

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
        """See RuntimeTarget. After a fresh call the container of the next one gets ready."""
        outcome = super().invoke(
            event,
            trigger=trigger,
            learn=learn,
            extra=extra,
            fresh=fresh,
            request_id=request_id,
            context=context,
        )
        if fresh and self._spare is None:
            self._spare = self._started()
        return outcome

    def stop(self) -> None:
        super().stop()
        if self._spare is not None:
            self._spare.stop()
            self._spare = None
        self._layers.remove()

    def _spawn(self) -> Worker[Container]:
        spare, self._spare = self._spare, None
        return self._started() if spare is None else spare

    def _started(self) -> Worker[Container]:
        assert self._spec is not None, "invoke() before start()"
        spent = _Spent()
        arn = function_arn(self._function, self._spec.environment["AWS_REGION"])
        channel = RicChannel(arn=arn, cpu=spent.cpu_ms, host=self._host)
        try:
            container = Container(
                self._client, self._spec, {"AWS_LAMBDA_RUNTIME_API": channel.address}
            )
        except TargetError:
            channel.close()
            raise
        spent.container = container
        if not container.usage.measured:
            self.blind |= {"cpu", "memory"}
        return _ContainerWorker(container, channel, memory_mb=self._function.memory)

    def _outcome(self, worker: Worker[Container], *given: Any, **named: Any) -> Outcome:
        if worker.process.sensing:
            self.blind -= {"sensors"}
        else:
            self.blind |= {"sensors"}
        return super()._outcome(worker, *given, **named)

    def _specified(self) -> Spec:
        function = self._function
        zipped = function.package != "image"
        name = self._image_name()
        config = have_image(self._client, name, pull=self._pull, architecture=function.architecture)
        own = dict(pair.partition("=")[::2] for pair in config.get("Env") or ())
        root = own.get("LAMBDA_TASK_ROOT") or config.get("WorkingDir") or TASK_ROOT
        self._code = Path(TASK_ROOT if zipped else root)
        mounts = {str(here): there for here, there in _SENSORS.items()}
        path = [_SITE]
        if zipped:
            mounts[str(self._code_folder())] = TASK_ROOT
            for index, folder in enumerate(self._packages()):
                mounts[str(folder)] = f"{OURS}/packages/{index}"
                path.append(f"{OURS}/packages/{index}")
            if function.layers:
                mounts[str(self._layers.folder())] = "/opt"
        if self._decoys is not None:
            self._decoys.mkdir(mode=0o755, exist_ok=True)
            mounts[str(self._decoys)] = str(self._decoys)
        image = function.image
        return Spec(
            image=name,
            command=[function.handler] if image is None else image.command or None,
            entry_point=None if image is None else image.entry_point or None,
            working_directory="" if image is None else image.working_directory,
            environment=self._told(own, path),
            mounts=mounts,
            network=self._network,
            memory_mb=function.memory,
            labels=self._labels,
        )

    def _image_name(self) -> str:
        function = self._function
        if function.package != "image":
            return self._image or base_image(function)
        if function.image is None or not function.image.uri:
            raise TargetError(
                f"{function.name} has no ImageUri; run `sam build`, or name its image in the "
                "template"
            )
        return function.image.uri

    def _code_folder(self) -> Path:
        function = self._function
        if function.code is None or not function.code.is_dir():
            raise TargetError(
                f"{function.name} has no code folder ({function.code}); correct CodeUri, or build "
                "what it names"
            )
        return function.code.resolve()

    def _packages(self) -> tuple[Path, ...]:
        """The folders of a requirements.txt that nobody has built, as for the local target."""
        function = self._function
        if function.built or not function.runtime.startswith("python"):
            return ()
        if not (self._code_folder() / "requirements.txt").is_file():
            return ()
        interpreter = find_interpreter(function.runtime)
        return search_path(replace(function, layers=()), interpreter, cache_folder())[:-1]

    def _told(self, own: Mapping[str, str], path: list[str]) -> dict[str, str]:
        """The environment of every container; `own` is that of the image."""
        function = self._function
        lambdas = lambda_environment(
            function, code=self._code, scratch=Path("/tmp"), extra=self._environment
        )
        foreign = _OF_THE_IMAGE - set(function.environment)
        told = {name: value for name, value in lambdas.items() if name not in foreign}
        given = told.get("PYTHONPATH") or own.get("PYTHONPATH")
        options = told.get("NODE_OPTIONS") or own.get("NODE_OPTIONS")
        told |= {
            "LAMBDA_TASK_ROOT": str(self._code),
            "PYTHONPATH": ":".join([*path, *([given] if given else [])]),
            "NODE_OPTIONS": " ".join([_PRELOADED, *([options] if options else [])]),
            "FAASFUZZ_SITE": _SITE,
            "FAASFUZZ_SENSORS": f"{OURS}/sensors",
            "FAASFUZZ_RECORDS": RECORDS,
        }
        return reachable(told) if function.runtime.startswith("nodejs") else told


class _Spent:
    """The CPU time of a container that is made after its channel."""

    container: Container | None = None

    def cpu_ms(self) -> float:
        return 0.0 if self.container is None else self.container.cpu_ms()


class _ContainerWorker(Worker[Container]):
    """A Worker that believes the engine's word on memory: it is the engine that enforces it."""

    def _ended(self, started: float) -> End:
        end = super()._ended(started)
        if not self.process.out_of_memory:
            return end
        self.peak_mb = max(self.peak_mb, self.memory_mb)  # the group is gone before it can be asked
        return replace(end, why=Ended.MEMORY)
