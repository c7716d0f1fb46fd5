"""What every target promises."""

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from harness.model import Outcome


class Target(Protocol):
    """One function that can be invoked, lock-step: a target has one call in flight at most.

    `blind` names the observers that this way of invoking does not offer ("sensors", "logs", ...).
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
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """Call the function with `event` (JSON) and report what it did.

        Never raises for what the function does. `learn` asks the sensors to record how the event
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
