"""What every target promises, and how a way of invoking is plugged in.

A way of invoking is a module or package of `harness.targets`; its name is what `--target` takes,
and it holds a `PROVIDER`. OBSERVERS are the words for what a target may lack (`blind`, `lacks`).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from harness.deployed.listening import Listening
from harness.model import Application, Function, Outcome, Trigger

# cloud: the function's AWS calls go to our local cloud, which records them. callbacks: the function
# can reach our listener. files: it can read the files that we plant. fresh: a runtime that has
# handled no call can be had. The others are parts of an Outcome.
OBSERVERS = frozenset(
    {"sensors", "coverage", "logs", "cpu", "memory", "cloud", "callbacks", "files", "fresh"}
)


class Started(ABC):
    """What is started where a `with` begins and stopped where it ends."""

    @abstractmethod
    def start(self) -> None:
        """See Target.start."""

    @abstractmethod
    def stop(self) -> None:
        """See Target.stop."""

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


class Target(Protocol):
    """One function that can be invoked, lock-step: a target has one call in flight at most.

    `blind` names the OBSERVERS that this way of invoking does not offer.
    """

    name: str
    blind: frozenset[str]

    def start(self) -> None:
        """Make ready for invoke(). Raises TargetError, with the reason and the mend."""
        ...

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """Call the function with `event` (JSON) and report what it did.

        Never raises for what the function does. `trigger` says how the event comes in, for targets
        that cause it instead of handing it over. `learn` asks the sensors to record how the event
        is read; `extra` (address -> text) are values outside the event to recognise meanwhile.
        `fresh` asks for a runtime that has handled no call, whose state and /tmp are gone after
        it; a target that has no cheaper way restarts first.
        """
        ...

    def restart(self) -> None:
        """A fresh runtime: the next call is cold, and its /tmp is empty."""
        ...

    def stop(self) -> None:
        """End everything that start() or invoke() began. May be called twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a campaign says to its way of invoking; it is pickled on its way to the workers.

    `client` is the local runtime client (`fast` or `ric`). `options` are the target's own, by name:
    the table of its name in faasfuzz.toml, and `--target-option NAME=VALUE`, whose values are text.
    `out` is the campaign's folder, for what a target writes down (an audit log).
    `campaign` names the campaign; `decoys` is the worker's folder of planted files, not made yet.
    """

    application: Application
    client: str = "fast"
    options: Mapping[str, Any] = field(default_factory=dict)
    out: Path = Path("faasfuzz-out")
    campaign: str = ""
    decoys: Path | None = None


class Account(Protocol):
    """Where deployed functions live: the object, row or file that goes with an event is put there.

    `kind`, `at` and `value` are those of the event template's state; `restore` takes it all away.
    """

    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None: ...
    def restore(self) -> None: ...


class Targets(Protocol):
    """The targets of one worker: what they share (a connection, an engine) is open.

    `account` is None where the local cloud is it, or none can be had.
    """

    account: Account | None

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> Target:
        """The function's target, not started. `environment` is added to the function's own."""
        ...

    def refuses(self, function: Function, trigger: Trigger) -> str:
        """Why a trigger's events cannot be sent this way, for the report; empty when they can."""
        ...


@runtime_checkable
class Narrowing(Protocol):
    """A provider whose targets have more observers by some options than by others."""

    def lacks_with(self, options: Mapping[str, Any]) -> frozenset[str]:
        """What its targets lack, given checked options."""
        ...


@runtime_checkable
class Elsewhere(Protocol):
    """What Targets also have whose functions do not share this machine's network and folders.

    `host` is the address of this machine as they reach it: the local cloud and the listener are
    to be had there, and only there.
    """

    host: str

    def task_root(self, function: Function) -> str:
        """The code folder as the function sees it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outpost:
    """A listener elsewhere: what functions call, and where its log is read with a key."""

    url: str
    log: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactsh:
    """An interactsh server, and the token that it asks for; "" when it asks for none."""

    url: str
    token: str


def outpost_of(settings: Listening) -> Outpost | Interactsh | None:
    """The listener that a target's table names."""
    if settings.interactsh is not None:
        return Interactsh(url=settings.interactsh, token=settings.interactsh_token or "")
    if settings.listener is None or settings.listener_log is None or settings.listener_key is None:
        return None
    return Outpost(url=settings.listener, log=settings.listener_log, key=settings.listener_key)


@runtime_checkable
class Posted(Protocol):
    """What Targets also have whose functions may call back elsewhere than to this machine."""

    outpost: Outpost | Interactsh | None


class Provider(Protocol):
    """One way of invoking. `lacks` are the OBSERVERS that none of its targets offers.

    `secret` names the options that must not be stored or shown. `deployed`: its calls reach what
    others depend on, and cost money; payloads that change state are sent only when its option
    `state_changing` is true.
    """

    name: str
    lacks: frozenset[str]
    secret: frozenset[str]
    deployed: bool

    def check(self, setup: Setup) -> Setup:
        """The setup, looked at once before a campaign and completed. Raises UsageError."""
        ...

    def open(self, setup: Setup) -> AbstractContextManager[Targets]:
        """For one worker. Raises TargetError when what all targets need is not to be had."""
        ...
