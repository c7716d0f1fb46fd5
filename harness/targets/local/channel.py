"""What the target and a runtime client say to each other, whichever client it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

# How long receive() waits before the caller may look at clock, memory and logs again.
TICK = 0.01
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says 6 MB; the service
# itself names these two numbers in its errors.
REQUEST_LIMIT = 6_291_456
RESPONSE_LIMIT = 6_291_556


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call. `deadline` is in milliseconds since the epoch; `fresh` asks for a fork.

    `context` is the client context, JSON text; a learning call has none.
    """

    id: str
    event: bytes
    deadline: int
    learn: bool = False
    fresh: bool = False
    extra: Mapping[str, str] | None = None
    context: str = ""


class Kind(Enum):
    """What a reply says; FORKED to CANNOT_FORK only of fresh calls (sensors/python/client.py).

    After LAST_ERROR the process ends by itself.
    """

    READY = 0
    ANSWER = 1
    ERROR = 2
    INIT_ERROR = 3
    TOO_LARGE = 4
    FORKED = 5
    ENDED = 6
    CANNOT_FORK = 7
    LAST_ERROR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`body` is JSON of the answer or error; of a too large answer its size in decimal, of a fork
    its number.

    `duration` and `cpu` are milliseconds of the call, or of the cold start for READY.
    """

    kind: Kind
    body: bytes = b""
    duration: float = 0.0
    cpu: float = 0.0


class ChannelClosed(Exception):
    """The other side is gone."""


class Channel(Protocol):
    """A lock-step conversation with one process. `taken`: it has taken the last call."""

    taken: bool

    def send(self, request: Request) -> None:
        """Hand over a call. Raises ChannelClosed."""
        ...

    def receive(self) -> Reply | None:
        """What the process says, None when it is still silent after TICK. Raises ChannelClosed."""
        ...

    def close(self) -> None: ...
