"""findings.json, as the contract has it; its schema is findings.schema.json beside this module."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from harness.model import CampaignReport, Finding, FunctionSummary, Rule
from harness.reports.reproduce import commands, folder

SCHEMA = 1


class JsonReporter:
    """For programs."""

    format = "json"
    filename = "findings.json"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        document = {
            "schema": SCHEMA,
            "campaign": {
                "id": report.id,
                "name": report.name,
                "source": report.source,
                "target": report.target,
                "seed": report.seed,
                "started": report.started,
                "finished": report.finished,
                "version": report.version,
                "verdict": report.verdict,
                "invocations": report.invocations,
                "trials": report.trials,
                "configuration": dict(report.configuration),
                "blind": list(report.blind),
                "notes": list(report.notes),
                "comparison": _comparison(report),
            },
            "functions": [_function(function) for function in report.functions],
            "findings": [_finding(finding, report) for finding in report.findings],
        }
        return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _comparison(report: CampaignReport) -> dict[str, Any] | None:
    if report.comparison is None:
        return None
    names = ("id", "rule", "function")
    return asdict(report.comparison) | {
        "fixed": [dict(zip(names, fixed, strict=True)) for fixed in report.comparison.fixed]
    }


def _function(function: FunctionSummary) -> dict[str, Any]:
    return asdict(function)


def _finding(finding: Finding, report: CampaignReport) -> dict[str, Any]:
    return asdict(finding) | {"reproduce": commands(finding, folder(report))}
