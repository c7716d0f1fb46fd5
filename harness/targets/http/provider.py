"""HTTP as a way of invoking: a black box behind an address."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from harness.deployed.counted import counted, uncounted
from harness.errors import UsageError
from harness.model import Application, Function, Trigger
from harness.targets.base import Setup, outpost_of
from harness.targets.http.auth import auth_of
from harness.targets.http.connection import client_of
from harness.targets.http.kinds import doors
from harness.targets.http.settings import SECRET, HttpSettings, http_settings
from harness.targets.http.target import HttpTarget, Line

_SERVER = "OpenAPI::Server"
_LACKS = frozenset(
    {"sensors", "coverage", "logs", "cpu", "memory", "cloud", "callbacks", "files", "fresh"}
)


class _Targets:
    """The functions of one worker: they share connections, and what lets them in."""

    account = None

    def __init__(self, settings: HttpSettings, line: Line) -> None:
        self._settings = settings
        self._line = line
        self.outpost = outpost_of(settings)

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> HttpTarget:
        """See Targets.of. A function behind an address keeps the environment it has."""
        return HttpTarget(function, self._line, lambda t: self._settings.base(function, t))

    def refuses(self, function: Function, trigger: Trigger) -> str:
        """See Targets.refuses."""
        if trigger.template not in doors():
            return f"{trigger.template} is no HTTP trigger: --target http cannot cause it"
        if not self._settings.base(function, trigger):
            return f"no address for {function.name}: name it in [http.urls]"
        return ""


class _Provider:
    name = "http"
    lacks = _LACKS
    secret = SECRET
    deployed = True

    def lacks_with(self, options: Mapping[str, Any]) -> frozenset[str]:
        """A function on this machine reaches our listener, which is here, too."""
        settings = http_settings(options)
        return _LACKS - {"callbacks"} if settings.here or settings.listens else _LACKS

    def check(self, setup: Setup) -> Setup:
        """See Provider.check. Nobody else depends on what runs on this machine."""
        options = {**_declared(setup.application), **setup.options}
        settings = http_settings(options)
        client_of(settings).close()
        known = {f.name for f in setup.application.functions} | {
            t.source for f in setup.application.functions for t in f.triggers
        }
        for name in settings.urls:
            if name not in known:
                raise UsageError(
                    f"[http] urls: {name} is no function or API of the application",
                    mend="`faasfuzz discover` names them",
                )
        meant: dict[str, Any] = {"state_changing": settings.here or settings.state_changing}
        if not settings.here:
            meant["max_calls"] = settings.max_calls
        return replace(setup, options={**options, **meant})

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Targets]:
        """See Provider.open."""
        settings = http_settings(setup.options)
        auth = auth_of(settings)
        with client_of(settings) as client:
            yield _Targets(
                settings,
                Line(
                    client=client,
                    auth=auth,
                    headers=settings.headers,
                    timeout=settings.timeout,
                    blind=self.lacks_with(setup.options),
                    call=uncounted
                    if settings.here
                    else counted(
                        setup.out,
                        calls=settings.max_calls,
                        rate=settings.calls_per_second,
                        at_once=settings.concurrency,
                    ),
                ),
            )


def _declared(application: Application) -> dict[str, Any]:
    """The address that an OpenAPI document names first, where it is no path below its own."""
    servers = (r.physical for r in application.resources if r.kind == _SERVER)
    return next(({"url": url} for url in servers if "://" in url), {})


PROVIDER = _Provider()
