"""The local runtime as a way of invoking: it has every observer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from harness.errors import UsageError
from harness.model import Function, Trigger
from harness.targets.base import Setup
from harness.targets.local.local import LocalTarget


class _Targets:
    account = None

    def __init__(self, client: str) -> None:
        self._client = client

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> LocalTarget:
        return LocalTarget(
            function, environment=environment, client=self._client, coverage=coverage
        )

    def refuses(self, function: Function, trigger: Trigger) -> str:
        return ""


class _Provider:
    name = "local"
    lacks: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    deployed = False

    def check(self, setup: Setup) -> Setup:
        if setup.options:
            raise UsageError(
                f"the local target has no option {next(iter(setup.options))!r}",
                mend="leave it out, or name another --target",
            )
        return setup

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Targets]:
        yield _Targets(setup.client)


PROVIDER = _Provider()
