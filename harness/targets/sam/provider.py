"""SAM CLI as a way of invoking: `sam local start-lambda`, started here or joined."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
from docker.errors import NotFound

from harness.errors import TargetError, UsageError
from harness.model import Application, Function, Trigger
from harness.targets.base import Setup
from harness.targets.docker.engine import connect, told
from harness.targets.docker.ownership import SAM_FUNCTION, clean, remove, suffix
from harness.targets.sam.building import built
from harness.targets.sam.service import Service, program
from harness.targets.sam.target import JoinedTarget, SamTarget, unstarted
from harness.targets.sam.template import runnable, template

_LACKS = frozenset({"sensors", "coverage", "cpu", "memory", "files"})
# Of what somebody else has started we see the answers only.
_JOINED = _LACKS | {"logs", "cloud", "callbacks", "fresh"}
_OPTIONS = ("build", "command", "image", "pull", "url")
_TASK_ROOT = "/var/task"
_YES = {True: True, False: False, "true": True, "false": False}


class _Joined:
    """Functions behind an endpoint that runs already."""

    account = None
    host = "127.0.0.1"

    def __init__(self, url: str) -> None:
        self._url = url

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> JoinedTarget:
        return JoinedTarget(function, self._url, _JOINED)

    def refuses(self, function: Function, trigger: Trigger) -> str:
        return ""

    def task_root(self, function: Function) -> str:
        return _TASK_ROOT


class _Started:
    """Functions of one service, which starts with the first of them."""

    account = None

    def __init__(self, client: Any, setup: Setup, host: str) -> None:
        self._client = client
        self._options = setup.options
        self._application = setup.application
        self._names = _logical_ids(setup.application)
        self._service: Service | None = None
        self.host = host

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> SamTarget:
        if not runnable(function):
            raise unstarted(function)

        def service() -> Service:
            if self._service is None:
                self._service = self._begun(environment)
            return self._service

        name = self._names[function.name]
        return SamTarget(function, name, service, self._remove, _LACKS)

    def _begun(self, environment: Mapping[str, str]) -> Service:
        options = [] if self._options.get("pull") == "always" else ["--skip-pull-image"]
        if self._options.get("image"):
            options += ["--invoke-image", self._options["image"]]
        made = template(self._application, self._names, environment)
        return Service(program(self._options.get("command", "sam")), made, options)

    def _remove(self, logical_id: str) -> None:
        filters = {"label": f"{SAM_FUNCTION}={logical_id}"}
        with told("renew a container of SAM CLI"):
            for each in self._client.api.containers(all=True, filters=filters):
                remove(self._client, each["Id"])

    def refuses(self, function: Function, trigger: Trigger) -> str:
        return ""

    def task_root(self, function: Function) -> str:
        return _TASK_ROOT

    def stop(self) -> None:
        if self._service is not None:
            self._service.stop()


class _Provider:
    name = "sam"
    lacks = _LACKS
    secret: frozenset[str] = frozenset()
    deployed = False

    def check(self, setup: Setup) -> Setup:
        """Also builds, where that is asked for."""
        options = dict(setup.options)
        for name, value in options.items():
            if name not in _OPTIONS:
                raise UsageError(
                    f"the sam target has no option {name!r}", mend=f"it has {', '.join(_OPTIONS)}"
                )
            if name != "build" and (not isinstance(value, str) or not value):
                raise UsageError(f"the sam target's {name} is {value!r}", mend="write a text")
        if options.get("pull", "missing") not in ("missing", "always"):
            raise UsageError(
                f"the sam target's pull is {options['pull']!r}", mend="write missing or always"
            )
        build = options.get("build", False)
        if build not in _YES:
            raise UsageError(f"the sam target's build is {build!r}", mend="write true or false")
        if "url" in options and set(options) != {"url"}:
            raise UsageError(
                "the sam target's url names a service that runs already",
                mend="leave the target's other options out",
            )
        if not _YES[build]:
            return setup
        try:
            command = program(options.get("command", "sam"))
        except TargetError as error:
            raise UsageError(str(error)) from error
        return replace(setup, application=built(setup.application, command))

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Joined | _Started]:
        url = setup.options.get("url")
        if url is not None:
            _answers(url)
            yield _Joined(url)
            return
        program(setup.options.get("command", "sam"))
        client = connect()
        try:
            clean(client)
            started = _Started(client, setup, _bridge(client))
            try:
                yield started
            finally:
                started.stop()
        finally:
            client.close()


PROVIDER = _Provider()


def _logical_ids(application: Application) -> dict[str, str]:
    """Names that no other application's containers have: ours are taken away by them."""
    end = suffix()
    names = (function.name for function in application.functions)
    return {name: f"{re.sub('[^A-Za-z0-9]', '', name)}{i}{end}" for i, name in enumerate(names)}


def _answers(url: str) -> None:
    try:
        httpx.get(url, timeout=10)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TargetError(
            f"nothing answers at {url} ({error}); start `sam local start-lambda` there, or leave "
            "the option url out"
        ) from error


def _bridge(client: Any) -> str:
    """This machine's address in the default network, the one that SAM CLI always uses.

    It publishes the emulator's port, which only a bridge can do, also where `--docker-network host`
    is given (samcli/local/docker/container.py).
    """
    with told("look for the network that SAM CLI uses"):
        try:
            network = client.api.inspect_network("bridge")
        except NotFound:
            raise TargetError(
                "the Docker engine has no default bridge network, which SAM CLI needs; start "
                "dockerd without `--bridge=none`"
            ) from None
    for config in (network.get("IPAM") or {}).get("Config") or ():
        if config.get("Gateway"):
            return str(config["Gateway"])
    raise TargetError("the bridge network of the Docker engine has no gateway; restart dockerd")
