"""What stands in the local cloud's place where the functions do not call it."""

from collections.abc import Mapping
from typing import Any, Protocol

from harness.model import AwsCall


class Account(Protocol):
    """Where the functions live instead: state that goes with an event is put there."""

    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None: ...
    def restore(self) -> None: ...


class NoCloud:
    """No call is seen. State goes to the account, and nowhere when there is none."""

    def __init__(self, account: Account | None) -> None:
        self._account = account

    def environment(self) -> dict[str, str]:
        return {}

    def secrets(self) -> Mapping[str, str]:
        return {}

    def strangers(self) -> Mapping[str, str]:
        return {}

    def mark(self) -> int:
        return 0

    def since(self, mark: int) -> tuple[AwsCall, ...]:
        return ()

    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None:
        if self._account is not None:
            self._account.put(kind, at, value)

    def restore(self) -> None:
        if self._account is not None:
            self._account.restore()
