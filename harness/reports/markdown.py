"""summary.md: for a pull request's comment."""

from collections import Counter
from collections.abc import Mapping

from harness.model import CampaignReport, Finding, Rule, Severity

_LISTED = 50


class MarkdownReporter:
    """For people who read the pull request."""

    format = "markdown"
    filename = "summary.md"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        counts = Counter(finding.severity for finding in report.findings)
        told = ", ".join(f"{counts[s]} {s}" for s in Severity if counts[s]) or "none"
        untested = [f for f in report.functions if not f.tested]
        lines = [
            f"## faasfuzz: {report.verdict}",
            "",
            f"{len(report.findings)} findings ({told}) in {len(report.functions)} functions of "
            f"`{report.name}`: {report.trials} trials in {report.invocations} invocations, "
            f"seed {report.seed}.",
        ]
        if report.findings:
            lines += [
                "",
                "| severity | rule | function | insertion point | where | confidence | id |",
                "| --- | --- | --- | --- | --- | --- | --- |",
                *(_row(finding) for finding in report.findings[:_LISTED]),
            ]
        if len(report.findings) > _LISTED:
            lines += ["", f"{len(report.findings) - _LISTED} more are in report.html."]
        if untested:
            lines += ["", "### Not tested", ""]
            lines += [f"- `{_cell(f.name)}`: {_cell(f.reason)}" for f in untested]
        return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    sink = f"{finding.sink.file}:{finding.sink.line}" if finding.sink else ""
    cells = (
        finding.severity,
        finding.rule,
        finding.function,
        f"`{_cell(finding.insertion_point)}`" if finding.insertion_point else "any event",
        sink,
        finding.confidence,
        f"`{finding.id}`",
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text that cannot break the table, nor become markup."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain.replace("|", "\\|").replace("<", "&lt;").replace("@", "&#64;")
