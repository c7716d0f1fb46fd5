"""What the makers of resources are given."""

import hashlib
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness.model import Application, ResolvedResource
from harness.observers.cloud.inside import Inside

_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One application being set up.

    Makers add to `secrets` (value -> what it is) and to `strangers` (value -> table), which no
    event names: they are those of tenants who did not cause it.
    """

    application: Application
    inside: Inside
    seed: str
    secrets: dict[str, str] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)

    def decoy(self, what: str) -> str:
        """A password of 32 characters for `what` ("secretsmanager:db/password"), and noted."""
        value = self._made(what, 32)
        self.secrets[value] = what
        return value

    def stranger(self, table: str) -> str:
        """What the row of a further tenant holds, and noted."""
        value = "tenant-" + self._made(f"tenant of {table}", 16)
        self.strangers[value] = table
        return value

    def _made(self, what: str, size: int) -> str:
        digest = hashlib.blake2b(f"{self.seed}/{what}".encode(), digest_size=size).digest()
        return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)

    def arn(self, service: str, name: str) -> str:
        where = self.application
        return f"arn:aws:{service}:{where.region}:{where.account}:{name}"


Maker = Callable[[Provision, ResolvedResource], None]


def physical_name(resource: ResolvedResource) -> str:
    """The bare name: of a URL (queues) and of an ARN (topics) the last part."""
    name = resource.physical or resource.name
    if name.startswith("arn:"):
        return name.split(":", 5)[-1].removeprefix("stateMachine:").removeprefix("secret:")
    return name.rpartition("/")[2] if name.startswith(("http://", "https://")) else name


def flag(value: Any) -> bool:
    """A boolean as templates write it: true, "true"."""
    return str(value).lower() == "true"
