"""A failing test's few lines: what was found, the smallest event, the witness, how to go on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.campaign.replay import Replay
from harness.model import CampaignReport, Finding, FunctionSummary, Rule

_SHOWN = 5
_EVENT, _SEEN = 400, 200


def told_findings(
    report: CampaignReport,
    failing: Sequence[Finding],
    untested: Sequence[FunctionSummary],
    rules: Mapping[str, Rule],
    out: Path,
) -> str:
    """Everything a failing check says."""
    lines = []
    for finding in failing[:_SHOWN]:
        title = rules[finding.rule].title if finding.rule in rules else finding.rule
        lines += [f"{title} in {finding.function} ({finding.severity}, {finding.confidence})"]
        lines += [*_lines(finding), f"  again:   faasfuzz replay {finding.id} --campaign {out}", ""]
    if len(failing) > _SHOWN:
        lines += [f"... and {len(failing) - _SHOWN} more findings", ""]
    lines += [f"{visible(f.name)} was not tested: {visible(f.reason)}" for f in untested]
    lines += [
        f"{report.trials} trials in {report.invocations} invocations, seed {report.seed}",
        f"report: {out / 'report.html'}",
    ]
    return "\n".join(lines)


def told_replay(finding: Finding, again: Replay) -> str:
    """What a replay that does not pass says."""
    return "\n".join(
        [
            f"{finding.rule} in {finding.function} ({finding.severity}), found before: "
            f"{again.result}: {visible(again.told)[:_SEEN]}",
            *_lines(finding),
        ]
    )


def visible(text: str) -> str:
    """Text of the function under test in one line, control characters spelt out."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _lines(finding: Finding) -> list[str]:
    witness = finding.witness
    lines = []
    if finding.path:
        lines.append(f"  way:     {' -> '.join(hop.function for hop in finding.path)}")
    if finding.insertion_point:
        lines.append(f"  through: {visible(finding.insertion_point)} ({finding.trigger})")
    if finding.sink:
        lines.append(f"  sink:    {finding.sink.file}:{finding.sink.line} {finding.sink.call}")
    if finding.event is not None:
        lines.append(f"  event:   {_event(finding)}")
    lines.append(f"  witness: {witness.kind} in {witness.where}: {visible(witness.seen)[:_SEEN]}")
    return lines


def _event(finding: Finding) -> str:
    """The smallest event in one line; of a long one, the part around the payload."""
    text = json.dumps(finding.event, ensure_ascii=False, default=str)
    text = visible(text)
    if len(text) <= _EVENT:
        return text
    payload = finding.payload if isinstance(finding.payload, str) else ""
    at = max(text.find(visible(json.dumps(payload, ensure_ascii=False)[1:-1][:40])), 0)
    first = max(0, at - _EVENT // 4)
    part = text[first : first + _EVENT]
    before = "..." if first else ""
    after = "..." if first + _EVENT < len(text) else ""
    return f"{before}{part}{after}"
