"""A campaign as it is told: what was tested, what was not and why, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTally:
    """What one rule saw at one function: trials sent, and how many of the planned were not sent."""

    rule: str
    trials: int = 0
    skipped: int = 0
    findings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Lines that were never reached, and the condition that kept every event out of them.

    `guard` is the line of that condition and `text` its source; None where no condition is in
    front of them (a function that nothing called).
    """

    first: int
    last: int
    guard: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverage:
    """Coverage of one file of the application: lines that can run, and those which did."""

    file: str
    lines: int
    reached: int
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSummary:
    """How one function was tested.

    `tested` is False when it never started or never got past its own parsing; `reason` says why.
    `errors` counts invocations that ended in an error, a timeout or a crash. `points` are the
    insertion points tried, `learnt` those of them that shape learning found. `seconds` is wall
    time. `notes` are the hollow-run warnings (observers missing, points skipped and why).
    `coverage` is empty where the runtime's client cannot tell it.
    """

    name: str
    runtime: str
    handler: str
    triggers: tuple[str, ...]
    invocations: int = 0
    trials: int = 0
    errors: int = 0
    tested: bool = False
    reason: str = ""
    points: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()
    tallies: tuple[RuleTally, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    declared_in: str = ""
    code: str = ""
    coverage: tuple[FileCoverage, ...] = ()

    @property
    def trials_per_invocation(self) -> float:
        """How many trials an invocation carried on average; 0 when there was none."""
        return round(self.trials / self.invocations, 2) if self.invocations else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The findings against what was known before; `against` names that (a file or a campaign).

    `new` and `persisting` are ids of this campaign's findings, `fixed` says of each finding that
    did not show again its id, rule and function, `accepted` the reason for each id that somebody
    accepted and whose acceptance has not run out. `passing` are the ids that do not fail a run:
    those which a baseline knows, the accepted ones among them. `expired` are ids whose acceptance
    ran out, with its last day.
    """

    against: str
    new: tuple[str, ...] = ()
    persisting: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str, str], ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)
    passing: tuple[str, ...] = ()
    expired: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """Everything the reports show. `started` and `finished` are ISO 8601 in UTC.

    `verdict`: clean, findings, untested or interrupted. `configuration` holds the options as
    given. `application` is the JSON form of the discovered application (functions, triggers,
    resources, edges), `blind` the observers that the target lacks. `comparison` is there when the
    campaign was held against a baseline.
    """

    id: str
    name: str
    source: str
    target: str
    seed: int
    started: str
    finished: str
    version: str
    verdict: str
    functions: tuple[FunctionSummary, ...]
    findings: tuple[Finding, ...]
    configuration: Mapping[str, Any] = field(default_factory=dict)
    application: Mapping[str, Any] = field(default_factory=dict)
    blind: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    comparison: Comparison | None = None

    @property
    def invocations(self) -> int:
        return sum(function.invocations for function in self.functions)

    @property
    def trials(self) -> int:
        return sum(function.trials for function in self.functions)
