"""The local runtime as a way of invoking: it has every observer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from harness.errors import UsageError
from harness.model import Function, Trigger
from harness.targets.base import Setup
from harness.targets.local.local import LocalTarget

_RUNTIMES = "runtimes"
_EXAMPLE = 'java17 = ["java", "-cp", "{code}/*", "com.example.Client", "{handler}"]'


class _Targets:
    account = None

    def __init__(self, setup: Setup) -> None:
        self._client = setup.client
        self._clients = runtime_clients(setup.options)

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> LocalTarget:
        return LocalTarget(
            function,
            environment=environment,
            client=self._client,
            coverage=coverage,
            given=self._clients.get(function.runtime, ()),
        )

    def refuses(self, function: Function, trigger: Trigger) -> str:
        return ""


class _Provider:
    name = "local"
    lacks: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    deployed = False

    def check(self, setup: Setup) -> Setup:
        runtime_clients(setup.options)
        return setup

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Targets]:
        yield _Targets(setup)


PROVIDER = _Provider()


def runtime_clients(options: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The commands of [local.runtimes], by the runtime whose client they start.

    Raises UsageError for them, and for any other option.
    """
    for name in options:
        if name != _RUNTIMES:
            raise UsageError(
                f"the local target has no option {name!r}", mend=f"it has the table {_RUNTIMES}"
            )
    table = options.get(_RUNTIMES, {})
    if not isinstance(table, Mapping):
        raise UsageError(f"[local] {_RUNTIMES} is no table", mend=f"write {_EXAMPLE}")
    for runtime, command in table.items():
        texts = isinstance(command, list | tuple) and all(isinstance(p, str) for p in command)
        if not texts or not command:
            raise UsageError(
                f"[local.runtimes] {runtime} is no list of texts", mend=f"write {_EXAMPLE}"
            )
    return {runtime: tuple(command) for runtime, command in table.items()}
