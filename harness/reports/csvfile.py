"""findings.csv: a row a finding, for spreadsheets (RFC 4180)."""

import csv
import io
import json
from collections.abc import Mapping

from harness.model import CampaignReport, Finding, Rule
from harness.reports.base import writable
from harness.reports.reproduce import commands, folder

_COLUMNS = (
    *("id", "status", "severity", "confidence", "rule", "title", "function", "trigger"),
    *("insertion_point", "payload", "witness", "witness_where", "file", "line", "cwe", "sas"),
    *("trials_to_detect", "invocations_to_detect", "replay"),
)
# A cell that begins so is a formula to a spreadsheet (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 8000


class CsvReporter:
    """For spreadsheets and quick scripts."""

    format = "csv"
    filename = "findings.csv"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(_COLUMNS)
        new = frozenset(report.comparison.new) if report.comparison else frozenset()
        accepted = report.comparison.accepted if report.comparison else {}
        for finding in report.findings:
            status = "accepted" if finding.id in accepted else "persisting"
            status = "new" if finding.id in new else status
            row = _row(finding, rules, status if report.comparison else "")
            row["replay"] = next(iter(commands(finding, folder(report))), "")
            writer.writerow([_cell(row[column]) for column in _COLUMNS])
        return text.getvalue()


def _row(finding: Finding, rules: Mapping[str, Rule], status: str) -> dict[str, object]:
    payload = finding.payload
    sink = finding.sink
    return {
        "id": finding.id,
        "status": status,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "rule": finding.rule,
        "title": rules[finding.rule].title if finding.rule in rules else finding.rule,
        "function": finding.function,
        "trigger": finding.trigger,
        "insertion_point": finding.insertion_point,
        "payload": payload if isinstance(payload, str) else json.dumps(payload, default=str),
        "witness": finding.witness.seen,
        "witness_where": finding.witness.where,
        "file": sink.file if sink else "",
        "line": sink.line if sink else "",
        "cwe": " ".join(f"CWE-{number}" for number in finding.cwe),
        "sas": finding.sas,
        "trials_to_detect": finding.trials_to_detect,
        "invocations_to_detect": finding.invocations_to_detect,
    }


def _cell(value: object) -> str:
    """The text of a cell; one that would be run as a formula gets an apostrophe in front."""
    text = writable(str(value))[:_LONGEST]
    return f"'{text}" if text.startswith(_FORMULA) else text
