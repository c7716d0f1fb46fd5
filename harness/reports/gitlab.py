"""gl-dast-report.json: GitLab's report of dynamic application security testing, schema 15.0.7.

https://gitlab.com/gitlab-org/security-products/security-report-schemas and
https://docs.gitlab.com/development/integrations/secure/
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from harness.model import CampaignReport, Finding, FunctionSummary, Rule
from harness.reports.base import entered, sentence, trigger_facts, writable

VERSION = "15.0.7"
_SPACE = uuid.UUID("6f0d7c0e-30a5-5d0c-9a53-0c0e6d7a1f11")
_TOOL = {"id": "faasfuzz", "name": "faasfuzz", "vendor": {"name": "faasfuzz"}}
# The schema's own limits, and one for excerpts so that a dashboard stays quick.
_NAME, _SOLUTION, _EXCERPT = 255, 7000, 8000


class GitlabReporter:
    """For GitLab's vulnerability report and merge requests."""

    format = "gitlab"
    filename = "gl-dast-report.json"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        tool = {**_TOOL, "version": report.version or "0"}
        document = {
            "version": VERSION,
            "schema": "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw"
            f"/v{VERSION}/dist/dast-report-format.json",
            "scan": {
                "analyzer": tool,
                "scanner": tool,
                "type": "dast",
                "status": "failure" if report.verdict == "interrupted" else "success",
                "start_time": _time(report.started),
                "end_time": _time(report.finished or report.started),
                "messages": [
                    {
                        "level": "warn",
                        "value": _cut(f"{f.name} was not tested: {f.reason}", _EXCERPT),
                    }
                    for f in report.functions
                    if not f.tested
                ],
                "scanned_resources": [
                    _resource(function) for function in report.functions if function.tested
                ],
            },
            "vulnerabilities": [_vulnerability(f, report, rules) for f in report.findings],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _vulnerability(
    finding: Finding, report: CampaignReport, rules: Mapping[str, Rule]
) -> dict[str, Any]:
    rule = rules.get(finding.rule)
    witness = finding.witness
    facts = trigger_facts(report, finding)
    made: dict[str, Any] = {
        "id": str(uuid.uuid5(_SPACE, finding.id)),
        "name": _cut(rule.title if rule else finding.rule, _NAME),
        "description": _cut(
            f"{sentence(finding, rules)}.\n\n{rule.description if rule else ''}".strip(), _EXCERPT
        ),
        "severity": finding.severity.capitalize(),
        "identifiers": _identifiers(finding, rule),
        "location": {
            "hostname": "",
            "method": facts.get("method", finding.trigger),
            "path": facts.get("path", f"/{_cut(entered(finding), _NAME)}"),
            "param": _cut(finding.insertion_point, _NAME),
        },
        "evidence": {"summary": _cut(f"{witness.kind} in {witness.where}: {witness.seen}", 2000)},
        "details": _details(finding),
    }
    if rule:
        made["solution"] = _cut(rule.remediation, _SOLUTION)
        made["links"] = [{"url": address} for address in rule.references]
    return made


def _identifiers(finding: Finding, rule: Rule | None) -> list[dict[str, str]]:
    """The rule first: GitLab tracks a vulnerability by its first identifier and its location."""
    first = {"type": "faasfuzz_rule", "name": finding.rule, "value": finding.rule}
    if rule and rule.references:
        first["url"] = rule.references[0]
    return [
        first,
        *(
            {
                "type": "cwe",
                "name": f"CWE-{number}",
                "value": str(number),
                "url": f"https://cwe.mitre.org/data/definitions/{number}.html",
            }
            for number in finding.cwe
        ),
    ]


def _details(finding: Finding) -> dict[str, Any]:
    payload = finding.payload
    text = payload if isinstance(payload, str) else json.dumps(payload, default=str)
    event = json.dumps(finding.event, indent=2, ensure_ascii=False, default=str)
    details: dict[str, Any] = {
        "function": {"type": "text", "name": "Function", "value": _cut(finding.function, _NAME)},
        "fingerprint": {"type": "text", "name": "Fingerprint", "value": finding.id},
        "confidence": {"type": "text", "name": "Confidence", "value": finding.confidence},
        "payload": {"type": "code", "name": "Payload", "value": _cut(text, _EXCERPT)},
        "event": {
            "type": "code",
            "name": "Smallest event",
            "lang": "json",
            "value": _cut(event, _EXCERPT),
        },
    }
    if finding.path:
        details["path"] = {
            "type": "list",
            "name": "The way through the application",
            "items": [
                {"type": "text", "value": _cut(f"{hop.function} ({hop.trigger}) {hop.via}", _NAME)}
                for hop in finding.path
            ],
        }
    if finding.sink is not None and finding.sink.file:
        details["sink"] = {
            "type": "file-location",
            "name": "Sink",
            "file_name": _cut(finding.sink.file, _NAME),
            "line_start": finding.sink.line,
        }
    if finding.reproduce:
        details["reproduce"] = {
            "type": "code",
            "name": "Reproduce",
            "lang": "shell",
            "value": _cut("\n".join(finding.reproduce), _EXCERPT),
        }
    return details


def _resource(function: FunctionSummary) -> dict[str, str]:
    triggers = ", ".join(function.triggers) or "direct invocation"
    return {"method": _cut(triggers, _NAME), "url": f"lambda:{function.name}", "type": "url"}


def _time(told: str) -> str:
    """The schema wants UTC to the second, without saying so."""
    return told[:19] or "1970-01-01T00:00:00"


def _cut(text: str, limit: int) -> str:
    legal = writable(text)
    return legal if len(legal) <= limit else f"{legal[: limit - 3]}..."
