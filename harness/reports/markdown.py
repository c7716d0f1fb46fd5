"""summary.md: for a pull request's comment."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from harness.model import CampaignReport, Finding, FunctionSummary, Rule, Severity
from harness.reports.base import writable
from harness.reports.reproduce import commands, folder

# By this line a CI job finds the comment it wrote before.
MARKER = "<!-- faasfuzz summary -->"
_LISTED = 50
_DETAILED = 10
_EXCERPT = 1500
# GitHub refuses a comment of more than 65,536 characters.
_LONGEST = 60_000


class MarkdownReporter:
    """For people who read the pull request."""

    format = "markdown"
    filename = "summary.md"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        counts = Counter(finding.severity for finding in report.findings)
        told = ", ".join(f"{counts[s]} {s}" for s in Severity if counts[s]) or "none"
        untested = [f for f in report.functions if not f.tested]
        # Of a tested function there is a reason when its plan was not done to the end.
        cut = [f for f in report.functions if f.tested and f.reason]
        lines = [
            MARKER,
            f"## faasfuzz: {report.verdict}",
            "",
            f"{len(report.findings)} findings ({told}) in {len(report.functions)} functions of "
            f"`{_code(report.name)}`: {report.trials} trials in {report.invocations} invocations, "
            f"seed {report.seed}.",
            *_against(report),
            *_unseen(report),
        ]
        ordered = _new_first(report)
        if report.findings:
            lines += [
                "",
                "| severity | rule | function | insertion point | where | confidence | id |",
                "| --- | --- | --- | --- | --- | --- | --- |",
                *(_row(finding) for finding in ordered[:_LISTED]),
            ]
        if len(report.findings) > _LISTED:
            lines += ["", f"{len(report.findings) - _LISTED} more are in report.html."]
        lines += _reasons("Not tested", untested)
        lines += _reasons("Not tested to the end", cut)
        size = sum(len(line) + 1 for line in lines)
        for finding in ordered[:_DETAILED]:
            detail = _detail(finding, rules, report)
            size += len(detail) + 2
            if size > _LONGEST:
                break
            lines += ["", detail]
        return "\n".join(lines) + "\n"


def _reasons(title: str, functions: Sequence[FunctionSummary]) -> list[str]:
    """Why these functions were not tested, or not to the end: a line for each."""
    if not functions:
        return []
    left = len(functions) - _LISTED
    return [
        "",
        f"### {title}",
        "",
        *(f"- `{_code(f.name)}`: {_cell(f.reason)}" for f in functions[:_LISTED]),
        *([f"- and {left} more"] if left > 0 else ()),
    ]


def _unseen(report: CampaignReport) -> list[str]:
    """What this way of invoking cannot observe, and the campaign therefore could not see."""
    if not report.blind:
        return []
    lacked = ", ".join(map(_cell, report.blind))
    return ["", f"Not observed, since the target `{_code(report.target)}` lacks it: {lacked}."]


def _against(report: CampaignReport) -> list[str]:
    comparison = report.comparison
    if comparison is None:
        return []
    accepted = f" ({len(comparison.accepted)} accepted)" if comparison.accepted else ""
    return [
        "",
        f"Against `{_code(comparison.against)}`: **{len(comparison.new)} new**, "
        f"{len(comparison.persisting)} persisting{accepted}, {len(comparison.fixed)} fixed.",
        *(
            f"\nThe acceptance of `{_code(id)}` ran out on {_cell(day)}: it counts again."
            for id, day in sorted(comparison.expired.items())[:_LISTED]
        ),
    ]


def _new_first(report: CampaignReport) -> list[Finding]:
    new = frozenset(report.comparison.new) if report.comparison else frozenset()
    return sorted(report.findings, key=lambda finding: finding.id not in new)


def _row(finding: Finding) -> str:
    sink = f"{finding.sink.file}:{finding.sink.line}" if finding.sink else ""
    cells = (
        _cell(finding.severity),
        _cell(finding.rule),
        _cell(finding.function),
        f"`{_code(finding.insertion_point)}`" if finding.insertion_point else "any event",
        _cell(sink),
        _cell(finding.confidence),
        f"`{finding.id}`",
    )
    return "| " + " | ".join(cells) + " |"


def _detail(finding: Finding, rules: Mapping[str, Rule], report: CampaignReport) -> str:
    """A finding folded up: what an attacker can do, the event, the witness, the mend."""
    rule = rules.get(finding.rule)
    event = json.dumps(finding.event, indent=2, ensure_ascii=True, default=str)
    parts = [
        f"<details><summary>{_cell(rule.title if rule else finding.rule)} in "
        f"{_cell(finding.function)} ({finding.severity})</summary>",
        _cell(rule.attack) if rule else "",
        f"Witness, a {_cell(finding.witness.kind)} in {_cell(finding.witness.where)}:",
        _fenced(finding.witness.seen),
        *(("Smallest event:", _fenced(event, "json")) if finding.event is not None else ()),
        _cell(rule.remediation) if rule else "",
        "Again:",
        _fenced("\n".join(commands(finding, folder(report))[:1]), "sh"),
        "</details>",
    ]
    return "\n\n".join(part for part in parts if part)


def _fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks inside it."""
    shown = "".join(c if c.isprintable() or c == "\n" else " " for c in writable(text[:_EXCERPT]))
    cut = "\n..." if len(text) > _EXCERPT else ""
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}{language}\n{shown}{cut}\n{fence}"


def _code(text: str) -> str:
    """Text that stays inside one pair of backticks, also in a table."""
    return _flat(text).replace("`", "'").replace("|", "\\|")


def _cell(text: str) -> str:
    """Text that cannot break the table, nor become markup, a link or a mention."""
    plain = re.sub(r"([\\`*_\[\]|~])", r"\\\1", _flat(text))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;")


def _flat(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
