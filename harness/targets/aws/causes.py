"""What causes an event: one call of a service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.deployed.journal import Created

Facts = Mapping[str, str]


class Unsendable(ValueError):
    """The event is not one that this door can cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A boto3 call, and what it leaves behind that has to be removed."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    created: Created | None = None

    @property
    def text(self) -> str:
        """All that is sent, as one text."""
        return json.dumps(self.parameters, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
