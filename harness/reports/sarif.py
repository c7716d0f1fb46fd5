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
_ROOT = "SRCROOT"


class SarifReporter:
    """For code scanning."""

    format = "sarif"
    filename = "results.sarif"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        used = sorted({*rules, *(finding.rule for finding in report.findings)})
        places = _Places(report)
        document = {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "faasfuzz",
                            "semanticVersion": report.version,
                            "version": report.version,
                            "rules": [_rule(name, rules.get(name)) for name in used],
                        }
                    },
                    # What stands before the last slash is GitHub's category.
                    "automationDetails": {"id": f"faasfuzz/{report.name}/{report.id}"},
                    "originalUriBaseIds": {_ROOT: {"uri": places.root.as_uri() + "/"}},
                    "columnKind": "unicodeCodePoints",
                    "invocations": [_invocation(report)],
                    "results": [_result(f, places, rules, used, report) for f in report.findings],
                }
            ],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Places:
    """Files as code scanning wants them: relative to the repository's root."""

    def __init__(self, report: CampaignReport) -> None:
        self._functions = functions_by_name(report)
        source = Path(report.source or ".").absolute()
        folder = source.parent if source.suffix else source
        self.root = next((p for p in (folder, *folder.parents) if (p / ".git").exists()), folder)

    def sink(self, finding: Finding) -> dict[str, Any]:
        """The sink's file and line where known, else the handler's file."""
        last = finding.path[-1].function if finding.path else finding.function
        if finding.sink is None:
            return self.handler(last)
        return self._location(last, finding.sink.file, finding.sink.line)

    def handler(self, name: str) -> dict[str, Any]:
        function = self._functions.get(name)
        return self._location(name, handler_file(function) if function else "", 1)

    def _location(self, name: str, relative: str, line: int) -> dict[str, Any]:
        function: FunctionSummary | None = self._functions.get(name)
        code = Path(function.code) if function is not None and function.code else self.root
        file = code / relative
        inside = file.is_relative_to(self.root)
        place = file.relative_to(self.root) if inside else file
        artifact = {"uri": quote(place.as_posix() if place.parts else "template.yaml")}
        if inside:
            artifact["uriBaseId"] = _ROOT
        return {
            "physicalLocation": {
                "artifactLocation": artifact,
                "region": {"startLine": max(1, line)},
            },
            "logicalLocations": [{"name": name, "kind": "function"}],
        }


def _rule(name: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": name, "shortDescription": {"text": name}}
    help_text = f"{rule.description}\n\n{rule.remediation}"
    examples = "".join(
        f"\n\n```{language}\n{code.rstrip()}\n```" for language, code in rule.example.items()
    )
    links = "".join(f"\n- <{address}>" for address in rule.references)
    made: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.description},
        "help": {"text": help_text, "markdown": f"{help_text}{examples}\n{links}"},
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
    places: _Places,
    rules: Mapping[str, Rule],
    used: list[str],
    report: CampaignReport,
) -> dict[str, Any]:
    witness = finding.witness
    text = f"{sentence(finding, rules)}. Witness: {witness.kind} in {witness.where}."
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": used.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        # GitHub knows a result by the second one only, and makes its own where it is missing.
        "partialFingerprints": {
            "faasfuzz/v1": finding.id,
            "primaryLocationLineHash": f"{finding.id}:1",
        },
        "locations": [places.sink(finding)],
        "properties": {
            "function": finding.function,
            "trigger": finding.trigger,
            "insertion_point": finding.insertion_point,
            "confidence": finding.confidence,
            "severity": finding.severity,
        },
    }
    flow = _flow(finding, places)
    if len(flow) > 1:
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    comparison = report.comparison
    if comparison is not None:
        result["baselineState"] = "new" if finding.id in comparison.new else "unchanged"
        if finding.id in comparison.accepted:
            result["suppressions"] = [
                {"kind": "external", "justification": comparison.accepted[finding.id]}
            ]
    return result


def _flow(finding: Finding, places: _Places) -> list[dict[str, Any]]:
    """From the first function the event enters to the sink, hop by hop."""
    hops = [(hop.function, hop.trigger, hop.via) for hop in finding.path]
    steps = [
        (places.handler(name), f"{name} is invoked by {trigger}" + (f" through {via}" * bool(via)))
        for name, trigger, via in hops or [(finding.function, finding.trigger, "")]
    ]
    if finding.sink is not None:
        steps.append((places.sink(finding), f"the payload reaches {finding.sink.call}"))
    return [
        {"location": {**location, "message": {"text": text}}, "importance": "essential"}
        for location, text in steps
    ]


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
