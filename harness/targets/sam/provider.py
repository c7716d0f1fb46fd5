"""SAM CLI as a way of invoking: `sam local start-lambda` and `start-api`, started or joined."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
from docker.errors import NotFound

from harness.errors import TargetError, UsageError
from harness.model import Application, Function, Trigger
from harness.targets.base import Setup
from harness.targets.docker.engine import connect, told
from harness.targets.docker.ownership import SAM_FUNCTION, clean, remove, suffix
from harness.targets.http.connection import client_of
from harness.targets.http.settings import http_settings
from harness.targets.sam.building import built
from harness.targets.sam.fronted import Front, FrontedTarget, JoinedFront, front_of
from harness.targets.sam.routes import is_api, routes
from harness.targets.sam.service import Service, program
from harness.targets.sam.target import JoinedTarget, SamTarget, unstarted
from harness.targets.sam.template import runnable, template

_LACKS = frozenset({"sensors", "coverage", "cpu", "memory", "files"})
# Of what somebody else has started we see the answers only.
_JOINED = _LACKS | {"logs", "cloud", "callbacks", "fresh"}
_OPTIONS = ("api", "api_url", "build", "command", "image", "pull", "url")
_JOINING = frozenset({"api_url", "url"})
_HERE = "http://127.0.0.1"
_TASK_ROOT = "/var/task"
_YES = {True: True, False: False, "true": True, "false": False}


class _Joined:
    """Functions behind endpoints that run already: of a start-lambda, of a start-api, or both."""

    account = None
    host = "127.0.0.1"

    def __init__(self, url: str, api_url: str, client: httpx.Client) -> None:
        self._url = url
        self._api_url = api_url
        self._client = client

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> JoinedTarget:
        if not self._api_url:
            return JoinedTarget(function, self._url, _JOINED)
        front = front_of(function, self._api_url, self._client, _JOINED)
        return JoinedFront(function, self._url, front, _JOINED)

    def refuses(self, function: Function, trigger: Trigger) -> str:
        if self._url or is_api(trigger):
            return ""
        return f"start-api has no way in for {trigger.template}: add url, a start-lambda's"

    def task_root(self, function: Function) -> str:
        return _TASK_ROOT


class _Started:
    """Functions of one service of a kind, which starts with the first that needs it.

    With `http`, a client, the events of APIs go through start-api.
    """

    account = None

    def __init__(self, client: Any, setup: Setup, host: str, http: httpx.Client | None) -> None:
        self._client = client
        self._options = setup.options
        self._application = setup.application
        self._names = _logical_ids(setup.application)
        self._routes = {} if http is None else routes(setup.application)
        self._http = http
        self._services: dict[str, Service] = {}
        self.host = host

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> SamTarget:
        if not runnable(function):
            raise unstarted(function)

        def service(kind: str) -> Service:
            if kind not in self._services:
                self._services[kind] = self._begun(kind, environment)
            return self._services[kind]

        name, begun = self._names[function.name], partial(service, "start-lambda")
        if self._http is None:
            return SamTarget(function, name, begun, self._remove, _LACKS)
        front = Front(service=partial(service, "start-api"), client=self._http, routes=self._routes)
        return FrontedTarget(function, name, begun, self._remove, _LACKS, front=front)

    def _begun(self, kind: str, environment: Mapping[str, str]) -> Service:
        options = [] if self._options.get("pull") == "always" else ["--skip-pull-image"]
        if self._options.get("image"):
            options += ["--invoke-image", self._options["image"]]
        made = template(self._application, self._names, environment, self._routes)
        return Service(program(self._options.get("command", "sam")), kind, made, options)

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
        for service in self._services.values():
            service.stop()


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
            if name not in ("api", "build") and (not isinstance(value, str) or not value):
                raise UsageError(f"the sam target's {name} is {value!r}", mend="write a text")
        if options.get("pull", "missing") not in ("missing", "always"):
            raise UsageError(
                f"the sam target's pull is {options['pull']!r}", mend="write missing or always"
            )
        for name in ("api", "build"):
            if options.get(name, False) not in _YES:
                raise UsageError(
                    f"the sam target's {name} is {options[name]!r}", mend="write true or false"
                )
        joined = sorted(_JOINING & set(options))
        if joined and set(options) - _JOINING:
            raise UsageError(
                f"the sam target's {joined[0]} names a service that runs already",
                mend="leave the target's other options out",
            )
        if "api_url" in options:
            _is_here(options["api_url"])
        if not _YES[options.get("build", False)]:
            return setup
        try:
            command = program(options.get("command", "sam"))
        except TargetError as error:
            raise UsageError(str(error)) from error
        return replace(setup, application=built(setup.application, command))

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Joined | _Started]:
        options = setup.options
        with client_of(http_settings({"url": _HERE})) as http:
            if _JOINING & set(options):
                for name, command in (("url", "start-lambda"), ("api_url", "start-api")):
                    if name in options:
                        _answers(name, options[name], command)
                yield _Joined(options.get("url", ""), options.get("api_url", ""), http)
                return
            program(options.get("command", "sam"))
            fronted = _YES[options.get("api", False)]
            client = connect()
            try:
                clean(client)
                started = _Started(client, setup, _bridge(client), http if fronted else None)
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


def _is_here(url: str) -> None:
    """What is elsewhere has owners, and caps, which another target asks for."""
    try:
        http_settings({"url": url})
    except UsageError as error:
        raise UsageError(
            f"the sam target's api_url {url!r} is no address on this machine",
            mend='write it like "http://127.0.0.1:3000", or use --target http',
        ) from error


def _answers(name: str, url: str, command: str) -> None:
    try:
        httpx.request("TRACE", url, timeout=10)  # the one method that no function is called for
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TargetError(
            f"nothing answers at {url} ({error}); start `sam local {command}` there, or leave "
            f"the option {name} out"
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
