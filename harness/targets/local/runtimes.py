"""What differs between languages: the program that is a function's runtime, and its environment."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.errors import TargetError
from harness.model import Function
from harness.targets.local.dependencies import search_path
from harness.targets.local.hosts import HOSTS, host_of
from harness.targets.local.interpreters import find_interpreter
from harness.targets.local.node import Node, find_node
from harness.targets.local.node_packages import find_modules, ric_program

_SENSORS = Path(__file__).parents[2] / "sensors"
PYTHON_CLIENT = _SENSORS / "python" / "client.py"
NODE_CLIENT = _SENSORS / "node" / "client.js"
_RIC_SITE = PYTHON_CLIENT.parent / "ric_site"
_NODE_PRELOAD = NODE_CLIENT.parent / "preload.js"
_SCRIPTS = ("", ".js", ".mjs", ".cjs")
_QUEUE_URL = re.compile(r"https://sqs\.[\w-]+\.amazonaws\.com(?=/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How the process is started. `needed` are folders that it must see."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    needed: tuple[Path, ...]


class Runtime(Protocol):
    """A language's runtime, ready to be started any number of times.

    `forks`: our client can handle a fresh call in a fork of a process that imported the function.
    """

    @property
    def forks(self) -> bool: ...

    def fast(self, environment: Mapping[str, str], fd: int, lifeline: int) -> Launch:
        """Our own client, which talks on the descriptor `fd`; `lifeline` ends with the harness."""
        ...

    def ric(self, environment: Mapping[str, str]) -> Launch:
        """AWS's own client, which talks to AWS_LAMBDA_RUNTIME_API."""
        ...


def find_runtime(
    function: Function, code: Path, cache: Path, *, client: str, given: Sequence[str] = ()
) -> Runtime:
    """The runtime that a function names, with its packages installed.

    `given` is the command of a runtime client which is to be started instead.
    Raises TargetError when the runtime or a package cannot be had.
    """
    if given:
        return CustomRuntime(command=filled(given, function, code), folders=(code,))
    host = host_of(function)
    if host is not None and client == "ric":
        raise TargetError(
            f"{function.name} is a function of {function.provider}: awslambdaric does not run it, "
            "--client fast does"
        )
    if is_custom(function):
        folders = (code, *(layer.resolve() for layer in function.layers))
        return CustomRuntime(command=(str(_bootstrap(function, folders)),), folders=folders)
    if function.runtime.startswith("nodejs"):
        _refuse_typescript(function, code)
        node = find_node(function.runtime)
        modules = find_modules(function, code, node, cache)
        program = Path()
        if client == "ric":
            program = ric_program(code, modules.folders, node, cache)
        return NodeRuntime(
            function=function,
            code=code,
            node=node,
            folders=modules.folders,
            imports=modules.imports,
            program=program,
        )
    interpreter = find_interpreter(function.runtime)
    packages = search_path(function, interpreter, cache)
    path = (code, *packages) if host is None else (code, *packages, HOSTS)
    return PythonRuntime(function=function, interpreter=interpreter, path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonRuntime:
    """CPython. `path` are the folders in front of the standard library."""

    function: Function
    interpreter: Path
    path: tuple[Path, ...]
    forks: bool = True

    def fast(self, environment: Mapping[str, str], fd: int, lifeline: int) -> Launch:
        settings = {
            "fd": fd,
            "lifeline": lifeline,
            "path": [str(folder) for folder in self.path],
            "sensors": str(PYTHON_CLIENT.parent),
        }
        # -I keeps the harness's folder and the user's PYTHON* variables out; -B leaves no
        # bytecode in the sources under test.
        arguments = ("-I", "-S", "-B", "-X", "utf8", str(PYTHON_CLIENT), json.dumps(settings))
        return self._launch(arguments, environment)

    def ric(self, environment: Mapping[str, str]) -> Launch:
        path = filter(None, (str(_RIC_SITE), *map(str, self.path), environment.get("PYTHONPATH")))
        added = {
            "PYTHONPATH": ":".join(path),
            "FAASFUZZ_RIC_SITE": str(_RIC_SITE),
            "FAASFUZZ_SENSORS": str(_RIC_SITE.parent),
        }
        arguments = ("-s", "-B", "-X", "utf8", "-m", "awslambdaric", self.function.handler)
        return self._launch(arguments, {**environment, **added})

    def _launch(self, arguments: tuple[str, ...], environment: Mapping[str, str]) -> Launch:
        return Launch(
            command=(str(self.interpreter), *arguments),
            environment=environment,
            needed=(*self.path, PYTHON_CLIENT.parent, self.interpreter.resolve().parents[1]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRuntime:
    """Node.js. `folders` hold modules beside the function's own; `program` is aws-lambda-ric's."""

    function: Function
    code: Path
    node: Node
    folders: tuple[Path, ...]
    imports: bool
    program: Path
    forks: bool = False

    def fast(self, environment: Mapping[str, str], fd: int, lifeline: int) -> Launch:
        settings = {"fd": fd, "lifeline": lifeline}
        return self._launch((str(NODE_CLIENT), json.dumps(settings)), environment)

    def ric(self, environment: Mapping[str, str]) -> Launch:
        arguments = ("--require", str(_NODE_PRELOAD), str(self.program), self.function.handler)
        return self._launch(arguments, environment)

    def _launch(self, arguments: tuple[str, ...], environment: Mapping[str, str]) -> Launch:
        # The shares are those of Lambda's own bootstrap.
        memory = self.function.memory
        young = memory // 10
        limits = (f"--max-semi-space-size={young // 2}", f"--max-old-space-size={memory - young}")
        path = ":".join(map(str, (*self.folders, self.code)))
        added = {"FAASFUZZ_IMPORTS": "1"} if self.imports else {}
        return Launch(
            command=(str(self.node.path), *self.node.flags, *limits, *arguments),
            environment={"NODE_PATH": path, **reachable(environment), **added},
            needed=(
                self.code,
                *self.folders,
                NODE_CLIENT.parent,
                self.node.path.parents[1],
                self.program.parents[1] if self.program.name else self.code,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRuntime:
    """Whatever executable speaks the Runtime API; none of our clients stands in for it.

    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
    """

    command: tuple[str, ...]
    folders: tuple[Path, ...]
    forks: bool = False

    def fast(self, environment: Mapping[str, str], fd: int, lifeline: int) -> Launch:
        raise TargetError("a custom runtime has no client of ours")

    def ric(self, environment: Mapping[str, str]) -> Launch:
        return Launch(
            command=self.command,
            environment=environment,
            needed=(*self.folders, *_paths(self.command)),
        )


def is_custom(function: Function) -> bool:
    """Whether the function brings its own runtime (`provided.al2023`, `provided.al2`)."""
    return function.runtime.partition(".")[0] == "provided"


def filled(given: Sequence[str], function: Function, code: Path) -> tuple[str, ...]:
    """A runtime client's command with what is the function's own.

    `{code}` is its folder, `{layers}` those of its layers (joined as in a PATH), `{handler}` and
    `{memory}` (MB) what it declares.
    """
    values = {
        "{code}": str(code),
        "{layers}": ":".join(str(layer.resolve()) for layer in function.layers),
        "{handler}": function.handler,
        "{memory}": str(function.memory),
    }
    return tuple(re.sub("|".join(values), lambda m: values[m[0]], part) for part in given)


def _paths(command: tuple[str, ...]) -> Iterator[Path]:
    """Files and folders that a command names, also in a list such as a class path."""
    for part in command:
        for text in part.split(":"):
            path = Path(text.removesuffix("/*"))
            if path.is_absolute() and path.exists():
                yield path if path.is_dir() else path.parent


def _bootstrap(function: Function, folders: tuple[Path, ...]) -> Path:
    """The executable in the code, or else in a layer, as Lambda looks for it."""
    for folder in folders:
        path = folder / "bootstrap"
        if path.is_file():
            if not os.access(path, os.X_OK):
                raise TargetError(f"{function.name}: {path} is not executable; chmod +x it")
            return path
    raise TargetError(
        f"{function.name}: no executable named bootstrap in {folders[0]} or in a layer; build "
        "it (`sam build`), or check CodeUri"
    )


def _refuse_typescript(function: Function, code: Path) -> None:
    """A handler that is there as TypeScript only has to be built first."""
    folder, _, name = function.handler.rpartition("/")
    place = code / folder / name.partition(".")[0]
    if any(place.with_name(place.name + ending).exists() for ending in _SCRIPTS):
        return
    if any(place.with_name(place.name + ending).is_file() for ending in (".ts", ".mts", ".cts")):
        raise TargetError(
            f"{function.name}: handler {function.handler} is TypeScript; build it (`sam build`, "
            "`tsc`) and test the result"
        )


def reachable(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with queue URLs at the local cloud.

    The SDK for JavaScript sends to the host of a queue's URL, whatever AWS_ENDPOINT_URL says
    (its middleware-sdk-sqs, `useQueueUrlAsEndpoint`).
    """
    endpoint = environment.get("AWS_ENDPOINT_URL")
    if endpoint is None:
        return dict(environment)
    place = endpoint.rstrip("/")
    return {name: _QUEUE_URL.sub(place, value) for name, value in environment.items()}
