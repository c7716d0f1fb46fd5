"""Functions against rules: found, tested and silent, or not tested."""

from collections import Counter
from dataclasses import dataclass

from harness.model import CampaignReport, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`state` is found, silent or untested; `skipped` trials were planned but not sent."""

    rule: str
    state: str
    trials: int = 0
    skipped: int = 0
    findings: int = 0
    worst: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """`rows` pairs a function's name with one cell a rule, in the order of `rules`."""

    rules: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def heat_map(report: CampaignReport) -> HeatMap:
    """The heat map of a report; its rules are those that were planned or that found something."""
    counts = Counter((finding.function, finding.rule) for finding in report.findings)
    worst: dict[tuple[str, str], Severity] = {}
    for finding in report.findings:
        place = (finding.function, finding.rule)
        worst[place] = min(worst.get(place, Severity.INFO), finding.severity, key=lambda s: s.rank)
    tallies = {(f.name, t.rule): t for f in report.functions for t in f.tallies}
    rules = tuple(sorted({rule for _, rule in (*tallies, *counts)}))

    def cell(function: str, rule: str) -> Cell:
        tally = tallies.get((function, rule))
        trials = tally.trials if tally else 0
        found = counts[function, rule]
        return Cell(
            rule=rule,
            state="found" if found else "silent" if trials else "untested",
            trials=trials,
            skipped=tally.skipped if tally else 0,
            findings=found,
            worst=worst.get((function, rule), ""),
        )

    # A chain may end in a function that was not among those to test.
    names = dict.fromkeys((*(f.name for f in report.functions), *(place[0] for place in counts)))
    rows = tuple((name, tuple(cell(name, rule) for rule in rules)) for name in names)
    return HeatMap(rules=rules, rows=rows)
