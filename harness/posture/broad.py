"""Grants that are broader than any function needs, by what a role says alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.posture.grants import allowed, any_resource, everything
from harness.posture.usage import actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Broad:
    """A grant of all of a service, or of an action on any of its resources.

    `service` is as ARNs have it (`s3`), `*` for all services; `words` say what is granted.
    """

    service: str
    words: str


def broad(policies: Sequence[Mapping[str, Any]]) -> Iterator[Broad]:
    """The over-broad grants among IAM statements (see Function.policies).

    An action is only called so where a single resource could have been named for it.
    """
    tables = actions()
    for action, resources in allowed(policies):
        service = action.partition(":")[0]
        if everything(action):
            whole = "everything" if service == "*" else f"all of {service}"
            yield Broad(service=service, words=f"{action}, {whole}")
        elif (
            service in tables["resources"]
            and action not in tables["unscoped"]
            and any(any_resource(resource) for resource in resources)
        ):
            yield Broad(service=service, words=f"{action} on any resource")
