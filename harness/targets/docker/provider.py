"""Docker as a way of invoking: functions in containers of their image, or of AWS's base image."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from harness.errors import TargetError, UsageError
from harness.model import Function, Trigger
from harness.targets.base import Setup
from harness.targets.docker.engine import connect, told
from harness.targets.docker.ownership import clean, labels
from harness.targets.docker.target import LACKS, TASK_ROOT, DockerTarget

_PULLS = ("missing", "always", "never")
_OPTIONS = {"image", "pull", "network"}
_OWN = "own"


class _Targets:
    account = None

    def __init__(self, client: Any, setup: Setup, network: str, host: str) -> None:
        self._client = client
        self._setup = setup
        self._network = network
        self.host = host

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> DockerTarget:
        options = self._setup.options
        return DockerTarget(
            function,
            client=self._client,
            environment=environment,
            image=options.get("image", ""),
            pull=options.get("pull", "missing"),
            network=self._network,
            host=self.host,
            decoys=self._setup.decoys,
            labels=labels(self._setup.campaign, function.name),
        )

    def refuses(self, function: Function, trigger: Trigger) -> str:
        if function.provider != "aws":
            return f"{function.name} is a function of {function.provider}: --target local runs it"
        return ""

    def task_root(self, function: Function) -> str:
        return TASK_ROOT


class _Provider:
    name = "docker"
    lacks = LACKS
    secret: frozenset[str] = frozenset()
    deployed = False

    def check(self, setup: Setup) -> Setup:
        options = setup.options
        unknown = sorted(set(options) - _OPTIONS)
        if unknown:
            raise UsageError(
                f"the docker target has no option {unknown[0]!r}",
                mend=f"it has {', '.join(sorted(_OPTIONS))}",
            )
        for name, value in options.items():
            if not isinstance(value, str) or not value:
                raise UsageError(f"the docker target's {name} is {value!r}", mend="write a text")
        if options.get("pull", "missing") not in _PULLS:
            raise UsageError(
                f"the docker target's pull is {options['pull']!r}",
                mend=f"write one of {', '.join(_PULLS)}",
            )
        return setup

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Targets]:
        client = connect()
        try:
            clean(client)
            with _network(client, setup) as (network, host):
                yield _Targets(client, setup, network, host)
        finally:
            client.close()


PROVIDER = _Provider()


@contextmanager
def _network(client: Any, setup: Setup) -> Iterator[tuple[str, str]]:
    """(network, the address of this machine in it), made and taken away when it is our own."""
    name = setup.options.get("network", "host")
    if name == "host":
        yield name, "127.0.0.1"
        return
    made = ""
    with told(f"join network {name}"):
        if name == _OWN:
            own = labels(setup.campaign)
            name = f"faasfuzz-{own['faasfuzz.pid']}"
            made = client.api.create_network(name, driver="bridge", labels=own)["Id"]
        gateway = _gateway(client.api.inspect_network(made or name))
    try:
        if not gateway:
            raise TargetError(
                f"network {name} has no gateway, so functions could not reach the local cloud; "
                "use network host, own, or one with the driver bridge"
            )
        yield name, gateway
    finally:
        if made:
            with told(f"remove network {name}"):
                client.api.remove_network(made)


def _gateway(network: Mapping[str, Any]) -> str:
    for config in (network.get("IPAM") or {}).get("Config") or ():
        if config.get("Gateway"):
            return str(config["Gateway"])
    return ""
