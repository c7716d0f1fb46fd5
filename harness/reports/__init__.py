"""Reports: one module a format. A new one is a module and a line in REPORTERS."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.model import CampaignReport, Rule
from harness.reports.base import Reporter
from harness.reports.csvfile import CsvReporter
from harness.reports.gitlab import GitlabReporter
from harness.reports.html import HtmlReporter
from harness.reports.jsonfile import JsonReporter
from harness.reports.junit import JunitReporter
from harness.reports.markdown import MarkdownReporter
from harness.reports.sarif import SarifReporter

REPORTERS: tuple[Reporter, ...] = (
    HtmlReporter(),
    JsonReporter(),
    SarifReporter(),
    JunitReporter(),
    MarkdownReporter(),
    GitlabReporter(),
    CsvReporter(),
)


def write_reports(
    report: CampaignReport, rules: Mapping[str, Rule], folder: Path, formats: Sequence[str]
) -> tuple[Path, ...]:
    """Write the formats into the folder; a file is whole or not there. Raises UsageError."""
    known = {reporter.format: reporter for reporter in REPORTERS}
    for name in formats:
        if name not in known:
            raise UsageError(f"no report format {name!r}", mend=f"known are {', '.join(known)}")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats:
        path = folder / known[name].filename
        part = path.with_suffix(path.suffix + ".part")
        text = known[name].render(report, rules)
        # Line ends are the format's own (CSV has its own by RFC 4180).
        part.write_text(text, encoding="utf-8", errors="replace", newline="")
        part.replace(path)
        written.append(path)
    return tuple(written)


__all__ = ["REPORTERS", "Reporter", "write_reports"]
