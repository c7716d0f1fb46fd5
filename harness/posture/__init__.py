"""Posture: what the deployment of a function says against what its campaign saw.

No trial shows it and no payload: it is judged once a function's campaign is over, from the whole
application and from what was recorded of it. A new judge is a module and a line in `JUDGES`; a new
check of the declaration alone is a file in `checks/`.
"""

from collections.abc import Iterator

from harness.posture.base import Claim, Judge, Subject
from harness.posture.broad import Broad, broad
from harness.posture.declared import declared
from harness.posture.grants import grants
from harness.posture.usage import usage

__all__ = ["JUDGES", "RULES", "Broad", "Claim", "Subject", "broad", "claims", "usage"]

JUDGES: tuple[Judge, ...] = (declared, grants)
# The rules that are judged here. They have no payloads.
RULES = ("insecure-deployment", "over-privileged-role")


def claims(subject: Subject) -> Iterator[Claim]:
    """Everything that can be said of one function."""
    for judge in JUDGES:
        yield from judge(subject)
