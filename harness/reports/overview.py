"""The first screen: the verdict in a sentence, the counts, what was tested and what was not."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from harness.model import CampaignReport, FunctionSummary, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`tone` is the worst severity, or clean, untested or interrupted. `duration` is in words.

    `per_invocation` is trials carried by an invocation on average; `to_detect` and
    `trials_to_detect` are medians over the findings that invocations showed (those of posture need
    none), None without any.
    """

    tone: str
    headline: str
    detail: str
    counts: tuple[tuple[Severity, int], ...]
    tested: tuple[FunctionSummary, ...]
    untested: tuple[FunctionSummary, ...]
    points: int
    learnt: int
    duration: str
    per_invocation: float
    to_detect: int | None
    trials_to_detect: int | None


def overview(report: CampaignReport) -> Overview:
    """The overview of a report."""
    counts = Counter(finding.severity for finding in report.findings)
    tested = tuple(f for f in report.functions if f.tested)
    untested = tuple(f for f in report.functions if not f.tested)
    worst = next((s for s in Severity if counts[s]), None)
    shown = [f for f in report.findings if f.invocations_to_detect]
    points = sum(len(f.points) for f in report.functions)
    return Overview(
        tone=worst or ("untested" if untested or not tested else _tone(report.verdict)),
        headline=_headline(report, worst, len(tested), len(untested)),
        detail=_detail(report, len(tested), points),
        counts=tuple((s, counts[s]) for s in Severity),
        tested=tested,
        untested=untested,
        points=points,
        learnt=sum(len(f.learnt) for f in report.functions),
        duration=_duration(report.started, report.finished),
        per_invocation=round(report.trials / report.invocations, 2) if report.invocations else 0.0,
        to_detect=_median([f.invocations_to_detect for f in shown]),
        trials_to_detect=_median([f.trials_to_detect for f in shown]),
    )


def _tone(verdict: str) -> str:
    return verdict if verdict in ("clean", "untested", "interrupted") else "clean"


def _headline(report: CampaignReport, worst: Severity | None, tested: int, untested: int) -> str:
    if worst is not None:
        hit = len({finding.function for finding in report.findings})
        return (
            f"{_count(len(report.findings), 'finding')} in {hit} of "
            f"{_count(len(report.functions), 'function')}; the worst is {worst}."
        )
    if report.verdict == "interrupted":
        return "The campaign was interrupted before it found anything."
    if not tested:
        return "Nothing could be tested, so nothing is known."
    if untested:
        return f"No finding, but {_count(untested, 'function')} could not be tested."
    return f"No finding in {_count(tested, 'function')}."


def _detail(report: CampaignReport, tested: int, points: int) -> str:
    text = (
        f"{_count(report.trials, 'trial')} at {_count(points, 'insertion point')} rode on "
        f"{_count(report.invocations, 'invocation')} of {_count(tested, 'tested function')}."
    )
    if report.verdict == "interrupted":
        text += " The campaign was interrupted: resume it before relying on its silence."
    return text


def _median(numbers: list[int]) -> int | None:
    return round(median(numbers)) if numbers else None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _duration(started: str, finished: str) -> str:
    try:
        seconds = (
            datetime.fromisoformat(finished) - datetime.fromisoformat(started)
        ).total_seconds()
    except (ValueError, TypeError):
        # An interrupted campaign has no end.
        return "unknown"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{rest} s"]
    return " ".join(part for part in parts if part)
