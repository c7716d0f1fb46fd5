"""What a judge of posture sees, and what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from harness.model import Application, Confidence, Function, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A function after its campaign.

    `used` are the AWS calls it made (see usage.py). `tested` says that it got past its own
    parsing, `thorough` that its whole plan was gone through and `reached` which part of its
    lines ran, from 0 to 1 (0 where nobody counted).
    """

    application: Application
    function: Function
    used: frozenset[str] = frozenset()
    tested: bool = False
    thorough: bool = False
    reached: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One weakness of a deployment.

    `about` tells it from the function's other claims of the same rule, on all machines alike.
    `kind` and `where` are the witness's; `seen` is the evidence in one sentence.
    """

    rule: str
    about: str
    kind: str
    seen: str
    where: str
    severity: Severity
    confidence: Confidence
    trigger: str = ""


class Judge(Protocol):
    """Says what it can prove of one function. Nothing is said of what was not looked at."""

    def __call__(self, subject: Subject, /) -> Iterator[Claim]: ...
