"""results.sarif: SARIF 2.1.0, with what GitHub code scanning asks for.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.model import CampaignReport, Finding, FunctionSummary, Rule, Severity
from harness.reports.base import functions_by_name, handler_file, sentence

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub sorts by a number between 0 and 10, in CVSS's bands.
_NUMBERS = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}


class SarifReporter:
    """For code scanning."""

    format = "sarif"
    filename = "results.sarif"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        used = sorted(rules)
        functions = functions_by_name(report)
        root = Path(report.source)
        root = root.parent if root.suffix else root
        document = {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "faasfuzz",
                            "version": report.version,
                            "rules": [_rule(rules[name]) for name in used],
                        }
                    },
                    "automationDetails": {"id": f"faasfuzz/{report.name}/{report.id}"},
                    "invocations": [_invocation(report)],
                    "results": [
                        _result(f, functions.get(f.function), rules, used, root)
                        for f in report.findings
                    ],
                }
            ],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = f"{rule.description}\n\n{rule.remediation}"
    made: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.description},
        "help": {"text": help_text, "markdown": help_text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", rule.sas, *(f"external/cwe/cwe-{number}" for number in rule.cwe)],
            "precision": "very-high",
            "security-severity": _NUMBERS[rule.severity],
        },
    }
    if rule.references:
        made["helpUri"] = rule.references[0]
    return made


def _result(
    finding: Finding,
    function: FunctionSummary | None,
    rules: Mapping[str, Rule],
    used: list[str],
    root: Path,
) -> dict[str, Any]:
    witness = finding.witness
    text = f"{sentence(finding, rules)}. Witness: {witness.kind} in {witness.where}."
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "partialFingerprints": {"faasfuzz/v1": finding.id},
        "locations": [_location(finding, function, root)],
        "properties": {
            "function": finding.function,
            "trigger": finding.trigger,
            "insertion_point": finding.insertion_point,
            "confidence": finding.confidence,
            "severity": finding.severity,
        },
    }
    if finding.rule in used:
        result["ruleIndex"] = used.index(finding.rule)
    return result


def _location(finding: Finding, function: FunctionSummary | None, root: Path) -> dict[str, Any]:
    """The sink's file and line where known, else the handler's file."""
    code = Path(function.code) if function is not None and function.code else root
    if finding.sink is not None:
        file, line = code / finding.sink.file, finding.sink.line
    elif function is not None:
        file, line = code / handler_file(function), 1
    else:
        file, line = root, 1
    relative = file.relative_to(root) if file.is_relative_to(root) else file
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(relative.as_posix())},
            "region": {"startLine": max(1, line)},
        },
        "logicalLocations": [{"name": finding.function, "kind": "function"}],
    }


def _invocation(report: CampaignReport) -> dict[str, Any]:
    made: dict[str, Any] = {
        "executionSuccessful": report.verdict != "interrupted",
        "toolExecutionNotifications": [
            {"level": "warning", "message": {"text": f"{f.name} was not tested: {f.reason}"}}
            for f in report.functions
            if not f.tested
        ],
    }
    for key, value in (("startTimeUtc", report.started), ("endTimeUtc", report.finished)):
        if value:
            made[key] = value.replace("+00:00", "Z")
    return made
