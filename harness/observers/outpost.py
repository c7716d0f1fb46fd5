"""A listener elsewhere (`faasfuzz listen`): its log is read over HTTP.

`GET /since/N` with the key as a bearer token gives `{"mark": M, "callbacks": [...]}`, the callbacks
after the first N, as JSON objects with the fields of Callback.
"""

from dataclasses import asdict, fields
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.errors import TargetError
from harness.model import Callback
from harness.observers.listener import Listener

_SECONDS = 10
_PORTS = {"http": 80, "https": 443}


class Outpost:
    """The listener at `url`, whose log is at `log`. Stands in for a Listener of our own."""

    def __init__(self, url: str, log: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._log = log.rstrip("/")
        self._client = httpx.Client(headers={"authorization": f"Bearer {key}"}, timeout=_SECONDS)
        self._known = 0

    def start(self) -> None:
        """Look at the log once. Raises TargetError when it cannot be read."""
        self._known = int(self._read(1 << 62)["mark"])

    def stop(self) -> None:
        self._client.close()

    @property
    def address(self) -> str:
        """HOST:PORT."""
        parts = urlsplit(self._url)
        return f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"

    def url(self, token: str) -> str:
        return f"{self._url}/{token}"

    def mark(self) -> int:
        """What the last look has seen: what came in between is told by the next one."""
        return self._known

    def since(self, mark: int) -> tuple[Callback, ...]:
        """The callbacks after `mark`. Raises TargetError when the log cannot be read."""
        told = self._read(mark)
        self._known = int(told["mark"])
        names = {field.name for field in fields(Callback)}
        return tuple(
            Callback(**{name: value for name, value in one.items() if name in names})
            for one in told["callbacks"]
        )

    def notes(self) -> tuple[str, ...]:
        """A look that fails ends the campaign there."""
        return ()

    def _read(self, mark: int) -> Any:
        place = f"{self._log}/since/{mark}"
        try:
            answer = self._client.get(place)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            told = " ".join(str(error).split())
            raise TargetError(
                f"the listener's log at {self._log} cannot be read ({told}); check listener_log, "
                "listener_key, and that `faasfuzz listen` runs"
            ) from error


def told_since(listener: Listener, mark: int) -> dict[str, Any]:
    """What an Outpost reads of a listener."""
    now = listener.mark()
    return {"mark": now, "callbacks": [asdict(c) for c in listener.since(min(mark, now))]}
