"""Mass assignment (CWE-915): a field that the caller should not set is stored."""

import re
from collections.abc import Iterator
from typing import Any

from harness.model import Case, Confidence, Verdict, Witness
from harness.oracles.base import call_text

# Names of fields that a service sets itself, spelt without case and separators.
_PRIVILEGED = frozenset(
    {
        "role",
        "roles",
        "isadmin",
        "admin",
        "permissions",
        "scopes",
        "groups",
        "owner",
        "ownerid",
        "tenantid",
        "verified",
        "emailverified",
        "approved",
        "balance",
        "credit",
        "discount",
    }
)


class FieldOracle:
    """The trial's token is stored under the privileged name that the payload's point has."""

    rules = ("mass-assignment",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "mass-assignment":
            return
        keys = [name for kind, name in trial.point.address.steps if kind == "key"]
        if not keys or _plain(keys[-1]) not in _PRIVILEGED:
            return
        for call in case.observation.calls:
            if call.mutating and _stored(dict(call.parameters), keys[-1], trial.canary.token):
                yield Verdict(
                    rule="mass-assignment",
                    trial=trial,
                    witness=Witness(
                        kind="stored",
                        seen=f"{keys[-1]} as the caller wrote it: {call_text(call)[:300]}",
                        where=f"aws:{call.service}.{call.operation}",
                    ),
                    confidence=Confidence.LIKELY,
                )
                return


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _stored(value: Any, name: str, token: str) -> bool:
    """Whether an attribute of that name holds exactly the token (`{"S": token}` in DynamoDB)."""
    if isinstance(value, dict):
        held = value.get(name)
        if held == token or (isinstance(held, dict) and held.get("S") == token):
            return True
        return any(_stored(item, name, token) for item in value.values())
    if isinstance(value, list):
        return any(_stored(item, name, token) for item in value)
    return False
