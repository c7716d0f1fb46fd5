"""The journal of what a campaign created in an account, so that it is removed whatever happens.

A line is written before a thing is created, and another one when it is gone: what a killed campaign
left is what has only the first.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.deployed.session import AwsSession, code_of

NAME = "created.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Something that was made: the call of a boto3 client which takes it away again."""

    service: str
    remove: str
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """One text for one thing."""
        return json.dumps([self.service, self.remove, self.parameters], sort_keys=True)


class Journal:
    """Appends to `created.jsonl` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def make(self, created: Created, session: AwsSession, call: Callable[[], Any]) -> bool:
        """Create a thing by `call`, unless there is one already: what was there is never removed.

        Whether it was made. Raises what `call` raises.
        """
        if _exists(created, session):
            return False
        self._append({"created": json.loads(created.key)})
        try:
            call()
        except Exception:
            self._append({"removed": json.loads(created.key)})
            raise
        return True

    def remove(self, created: Created, session: AwsSession) -> str:
        """Take a thing away; returns why it could not be, or an empty text. Gone is gone."""
        try:
            call: Callable[..., Any] = getattr(session.client(created.service), created.remove)
            call(**created.parameters)
        except Exception as error:  # whatever is wrong with one thing, the others are removed
            code = code_of(error)
            if "NotFound" not in code and "NoSuch" not in code and "NonExistent" not in code:
                return f"{created.service} {created.remove} {dict(created.parameters)}: {code}"
        self._append({"removed": json.loads(created.key)})
        return ""

    def left(self) -> Iterator[Created]:
        """What was made and not removed, the newest first."""
        found: dict[str, Created] = {}
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.is_file() else []
        for line in lines:
            told = json.loads(line)
            service, remove, parameters = told.get("created") or told["removed"]
            thing = Created(service=service, remove=remove, parameters=parameters)
            if "created" in told:
                found[thing.key] = thing
            else:
                found.pop(thing.key, None)
        yield from reversed(found.values())

    def _append(self, line: Mapping[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _exists(created: Created, session: AwsSession) -> bool:
    """Whether a thing is there; when that cannot be told, it is taken to be."""
    client = session.client(created.service)
    try:
        if created.service == "dynamodb":
            return "Item" in client.get_item(**created.parameters)
        if created.service == "cognito-idp":
            client.admin_get_user(**created.parameters)
            return True
        client.head_object(**created.parameters)
    except Exception as error:  # whatever the service says: only its "not there" counts
        return code_of(error) not in ("404", "NoSuchKey", "UserNotFoundException")
    return True
