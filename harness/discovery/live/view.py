"""Reading an account: pages to their end, and what may not be read becomes a note."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.session import AwsSession, code_of

# What says that there is none, which is an answer.
_NONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")


@dataclass(slots=True)
class View:
    """What the readers of services share.

    `functions` are names by ARN of the functions that are looked at; `callers` the ARNs of what
    may call one of them, or feeds what does, by service. A principal that is let in without an ARN
    has an empty text there: all of that service must be looked at. `ids` and `arns` are the real
    ones of resources whose own cannot be declared, `texts` other real texts by the made-up ones.
    """

    session: AwsSession
    functions: dict[str, str] = field(default_factory=dict)
    callers: dict[str, set[str]] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    arns: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def pages(
        self, service: str, operation: str, key: str, /, **given: Any
    ) -> Iterator[dict[str, Any]]:
        """The entries under `key` of all pages; none, and a note, where reading is not allowed."""
        client = self.session.client(service)
        try:
            if client.can_paginate(operation):
                for page in client.get_paginator(operation).paginate(**given):
                    yield from page.get(key) or ()
                return
            token: dict[str, Any] = {}
            while True:
                page = getattr(client, operation)(**given, **token)
                yield from page.get(key) or ()
                following = page.get("NextToken") or page.get("nextToken")
                if not following:
                    return
                token = {"NextToken" if page.get("NextToken") else "nextToken": following}
        except (BotoCoreError, ClientError) as error:
            self._unread(service, operation, error)

    def one(self, service: str, operation: str, /, **given: Any) -> dict[str, Any]:
        """One answer; empty where there is none, and with a note where reading is not allowed."""
        try:
            return dict(getattr(self.session.client(service), operation)(**given))
        except (BotoCoreError, ClientError) as error:
            self._unread(service, operation, error)
            return {}

    def note(self, text: str) -> None:
        """Something that the report should say; said once."""
        self.notes.setdefault(text)

    def calls(self, service: str, arn: str) -> None:
        """Remember that something of a service calls what is looked at."""
        self.callers.setdefault(service, set()).add(arn)

    def from_(self, service: str) -> set[str] | None:
        """The ARNs of a service's callers; None when all of the service must be looked at."""
        found = self.callers.get(service, set())
        return None if "" in found else found

    def targets(self, value: Any) -> bool:
        """Whether a text names, by ARN, alias, version or API address, a function looked at."""
        return isinstance(value, str) and any(
            arn in value and not value.partition(arn)[2][:1].isalnum() for arn in self.functions
        )

    def _unread(self, service: str, operation: str, error: Exception) -> None:
        code = code_of(error)
        if not any(mark in code for mark in _NONE):
            denied = any(mark in code for mark in ("Denied", "Unauthorized", "Forbidden", "403"))
            how = "may not" if denied else "could not"
            self.note(f"{service}:{_camel(operation)} {how} be read ({code})")


Found = Iterator[tuple[str, Mapping[str, Any]]]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource as a template declares it, without the properties that nobody set."""
    return {
        "Type": kind,
        "Properties": {k: v for k, v in properties.items() if v not in (None, "", [], {})},
    }


def _camel(operation: str) -> str:
    return "".join(part.capitalize() for part in operation.split("_"))
