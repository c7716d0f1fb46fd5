"""A finding as the page tells it: worded, marked and cut, with nothing left to compute."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import CampaignReport, Confidence, Finding, FunctionSummary, Rule, Severity
from harness.reports.base import entered
from harness.reports.json_view import printed
from harness.reports.legible import Piece, legible, pieces
from harness.reports.reproduce import Way, folder, ways
from harness.reports.route import Step, carrier, explain
from harness.reports.source_lines import Line, SourceLines

_WHY = {
    Confidence.CONFIRMED: (
        "shown again with a fresh canary in a fresh runtime, while the control stayed silent"
    ),
    Confidence.LIKELY: "a witness was seen, but no replay was possible, or not each showed it",
    Confidence.TENTATIVE: "an error or a pattern without a witness of its own",
}
# Findings of posture have no event to replay: they are judged when the campaign is over.
_POSTURE_WHY = {
    Confidence.CONFIRMED: "the deployment's own description says so",
    Confidence.LIKELY: "the campaign reached nearly all of the code and never saw it needed",
    Confidence.TENTATIVE: "never seen to be needed, but not all of the code was reached",
}
_POSTURE = ("declared", "granted")
_MEANS = {
    Severity.CRITICAL: "whoever sends the event takes over the function and what its role may do",
    Severity.HIGH: "data of others, or of the cloud, can be read or changed",
    Severity.MEDIUM: "the function can be stopped, slowed down or made to tell what it should not",
    Severity.LOW: "it helps an attacker on the way to something worse",
    Severity.INFO: "worth knowing, no attack by itself",
}
# The Serverless Architectures Security Top 10 (PureSec, 2018); CSA's twelve risks grew out of it.
_RISKS = {
    "SAS-1": "Function event-data injection",
    "SAS-2": "Broken authentication",
    "SAS-3": "Insecure serverless deployment configuration",
    "SAS-4": "Over-privileged function permissions and roles",
    "SAS-5": "Inadequate function monitoring and logging",
    "SAS-6": "Insecure third-party dependencies",
    "SAS-7": "Insecure application secrets storage",
    "SAS-8": "Denial of service and financial resource exhaustion",
    "SAS-9": "Serverless function execution flow manipulation",
    "SAS-10": "Improper exception handling and verbose error messages",
    "CSA": "The 12 most critical risks for serverless applications",
}
_TOP_10 = "https://github.com/puresec/sas-top-10"
_CSA = "https://cloudsecurityalliance.org/artifacts/the-12-most-critical-risks-for-serverless-applications"
_OWASP = "https://owasp.org/www-project-serverless-top-10/"
_SEARCHED = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """`links` are (text, https address); `examples` (language, code), the function's own first.

    `status` is new, persisting or accepted, and empty when there was nothing to compare with; in a
    review it is what was decided, or open. `posture` findings have no event, payload or control.
    """

    finding: Finding
    entered: str
    status: str
    posture: bool
    accepted: str
    means: str
    title: str
    attack: str
    why: str
    source: str
    steps: tuple[Step, ...]
    payload: tuple[Piece, ...]
    event: tuple[Piece, ...]
    state: tuple[Piece, ...]
    control: tuple[Piece, ...]
    witness: tuple[Piece, ...]
    logs: tuple[Piece, ...]
    response: tuple[Piece, ...]
    lines: tuple[Line, ...]
    rule: Rule | None
    examples: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    ways: tuple[Way, ...]
    searched: str


class FindingViews:
    """Makes the views of one report; files around sinks are read once each."""

    def __init__(
        self,
        report: CampaignReport,
        rules: Mapping[str, Rule],
        statuses: Mapping[str, str] | None = None,
    ) -> None:
        self._rules = rules
        self._statuses = statuses
        self._comparison = report.comparison
        self._new = frozenset(report.comparison.new if report.comparison else ())
        self._campaign = folder(report)
        self._functions = {function.name: function for function in report.functions}
        self._described: dict[str, Mapping[str, Any]] = {
            str(f["name"]): f for f in report.application.get("functions", ())
        }
        self._sources = SourceLines()

    def of(self, finding: Finding) -> FindingView:
        """The view of one finding."""
        rule = self._rules.get(finding.rule)
        function = self._functions.get(finding.function)
        payload = finding.payload if isinstance(finding.payload, str) else ""
        state, keys = carrier(finding.insertion_point)
        here = keys if finding.insertion_point else None
        trigger = self._trigger(finding)
        posture = finding.witness.kind in _POSTURE
        stood = _standing(finding)
        seen = [finding.witness.seen.strip()[:400]] if len(finding.witness.seen.strip()) > 2 else []
        return FindingView(
            finding=finding,
            entered=entered(finding),
            status=self._status(finding),
            posture=posture,
            accepted=self._comparison.accepted.get(finding.id, "") if self._comparison else "",
            means=_MEANS[finding.severity],
            title=rule.title if rule else finding.rule,
            attack=rule.attack if rule else f"The rule {finding.rule} saw its witness.",
            why=(_POSTURE_WHY if posture else _WHY)[finding.confidence],
            source=str(trigger.get("source") or ""),
            steps=explain(finding.insertion_point, finding.event, finding.state)
            if finding.insertion_point
            else (),
            payload=pieces(_text(finding.payload)),
            event=printed(finding.event, path=None if state else here, payload=payload),
            state=printed(
                finding.state,
                path=(state, *keys) if state and here is not None else None,
                payload=payload,
            )
            if finding.state
            else (),
            control=printed(finding.control_event, path=None if state else here, payload=stood)
            if finding.control_event is not None
            else (),
            witness=pieces(finding.witness.seen, limit=2000),
            # Lambda's clients write a trace as one log event, its lines parted by carriage returns.
            logs=pieces(finding.logs.replace("\r\n", "\n").replace("\r", "\n"), marked=seen),
            response=pieces(finding.response, marked=seen),
            lines=self._sources.around(
                function.code if function else "", finding.sink.file, finding.sink.line
            )
            if finding.sink
            else (),
            rule=rule,
            examples=_examples(rule, function) if rule else (),
            links=_links(finding, rule),
            ways=ways(finding, self._campaign, trigger.get("facts") or {}),
            searched=_searched(finding, rule),
        )

    def _status(self, finding: Finding) -> str:
        if self._statuses is not None:
            return self._statuses.get(finding.id, "open")
        if self._comparison is None:
            return ""
        if finding.id in self._comparison.accepted:
            return "accepted"
        return "new" if finding.id in self._new else "persisting"

    def _trigger(self, finding: Finding) -> Mapping[str, Any]:
        """The trigger as the application's template declares it; empty where it does not."""
        triggers: Sequence[Mapping[str, Any]] = self._described.get(entered(finding), {}).get(
            "triggers", ()
        )
        if finding.trigger_index >= len(triggers):
            return {}
        trigger = triggers[finding.trigger_index]
        return trigger if trigger["template"] == finding.trigger else {}


def _standing(finding: Finding) -> str:
    """What stands at the insertion point of the control, decoded; empty where it is no text."""
    if finding.control_event is None or not finding.insertion_point:
        return ""
    steps = explain(finding.insertion_point, finding.control_event, {})
    return (steps[-1].seen or "") if steps else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, default=str)


def _examples(rule: Rule, function: FunctionSummary | None) -> tuple[tuple[str, str], ...]:
    runtime = function.runtime if function else ""
    examples = sorted(rule.example.items(), key=lambda item: not runtime.startswith(item[0]))
    return tuple((language, code.rstrip("\n")) for language, code in examples)


def _links(finding: Finding, rule: Rule | None) -> tuple[tuple[str, str], ...]:
    cwe = "https://cwe.mitre.org/data/definitions/{}.html"
    links = [(f"CWE-{number}", cwe.format(number)) for number in finding.cwe]
    risk = _RISKS.get(finding.sas, "")
    links.append(
        (
            f"{finding.sas}: {risk}" if risk else finding.sas,
            _CSA if finding.sas == "CSA" else _TOP_10,
        )
    )
    links.append(("OWASP Serverless Top 10", _OWASP))
    known = {address for _, address in links}
    for address in rule.references if rule else ():
        # A tester's own rule may reference anything: only web addresses become links.
        if address.startswith("https://") and address not in known:
            links.append((address.removeprefix("https://"), address))
    return tuple(links)


def _searched(finding: Finding, rule: Rule | None) -> str:
    parts = [
        finding.rule,
        rule.title if rule else "",
        finding.function,
        *(hop.function for hop in finding.path),
        finding.trigger,
        finding.insertion_point,
        finding.id,
        finding.payload_id,
        finding.severity,
        finding.confidence,
        f"{finding.sink.file}:{finding.sink.line} {finding.sink.call}" if finding.sink else "",
        *(f"cwe-{number}" for number in finding.cwe),
        finding.sas,
        _text(finding.payload)[:300] if finding.payload is not None else "",
        finding.witness.seen[:300],
    ]
    return legible(" ".join(part for part in parts if part), _SEARCHED).lower()
