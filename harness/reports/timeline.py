"""When findings showed: a lane a function, its invocations from left to right."""

from collections import defaultdict
from dataclasses import dataclass

from harness.model import CampaignReport, Finding, Severity
from harness.reports.base import entered
from harness.reports.legible import legible

WIDTH, LANE, LEFT, TOP, RIGHT = 960, 26, 210, 26, 70
_LANES = 40
# Marks closer than this (user units) are one mark that counts.
_APART = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One or more findings at one place of a lane; it links to the first of them."""

    x: int
    severity: Severity
    id: str
    count: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A function: `end` is where its last invocation lies."""

    name: str
    y: int
    end: int
    invocations: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The picture; `ticks` are (x, words). `more` functions with findings are not drawn."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[int, str], ...]
    more: int


def timeline(report: CampaignReport) -> Timeline:
    """The timeline of a report, the function with the earliest finding first."""
    by_function: dict[str, list[Finding]] = defaultdict(list)
    # What is said of a deployment was judged at the end, by no invocation.
    for finding in (f for f in report.findings if f.invocations_to_detect):
        by_function[entered(finding)].append(finding)
    counts = {f.name: f.invocations for f in report.functions}
    ordered = sorted(by_function, key=lambda name: (_first(by_function[name]), name))
    drawn = ordered[:_LANES]
    last = max((max(counts.get(name, 0), _last(by_function[name])) for name in drawn), default=0)
    scale = (WIDTH - LEFT - RIGHT) / max(last, 1)
    lanes = []
    for number, name in enumerate(drawn):
        total = max(counts.get(name, 0), _last(by_function[name]))
        lanes.append(
            Lane(
                name=legible(name, 26),
                y=TOP + number * LANE + LANE // 2,
                end=LEFT + round(total * scale),
                invocations=total,
                marks=_marks(by_function[name], scale),
            )
        )
    return Timeline(
        width=WIDTH,
        height=TOP + len(lanes) * LANE + 10,
        lanes=tuple(lanes),
        ticks=tuple(
            (LEFT + round(last * part / 4 * scale), f"{round(last * part / 4):,}")
            for part in range(5)
        )
        if last >= 4
        else (),
        more=len(ordered) - len(drawn),
    )


def _first(found: list[Finding]) -> int:
    return min(finding.invocations_to_detect for finding in found)


def _last(found: list[Finding]) -> int:
    return max(finding.invocations_to_detect for finding in found)


def _marks(found: list[Finding], scale: float) -> tuple[Mark, ...]:
    groups: list[tuple[int, list[Finding]]] = []
    for finding in sorted(found, key=lambda f: (f.invocations_to_detect, f.severity.rank, f.id)):
        x = LEFT + round(finding.invocations_to_detect * scale)
        if groups and x - groups[-1][0] < _APART:
            groups[-1][1].append(finding)
        else:
            groups.append((x, [finding]))
    return tuple(
        Mark(
            x=x,
            severity=min((f.severity for f in group), key=lambda s: s.rank),
            id=group[0].id,
            count=len(group),
            title=legible(
                f"invocation {group[0].invocations_to_detect:,}: "
                + ", ".join(sorted({f.rule for f in group})),
                300,
            ),
        )
        for x, group in groups
    )
