"""junit.xml: a suite a function, a case a rule that was tried on it."""

from collections.abc import Mapping
from xml.etree import ElementTree

from harness.model import CampaignReport, Finding, FunctionSummary, Rule
from harness.reports.base import sentence, writable
from harness.reports.reproduce import commands, folder


class JunitReporter:
    """For CI systems that show test results."""

    format = "junit"
    filename = "junit.xml"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        root = ElementTree.Element("testsuites", name="faasfuzz")
        totals = [0, 0, 0]
        for function in (*report.functions, *_beyond(report)):
            found = [f for f in report.findings if f.function == function.name]
            counts = _suite(root, function, found, rules, report)
            totals = [a + b for a, b in zip(totals, counts, strict=True)]
        for name, value in zip(("tests", "failures", "skipped"), totals, strict=True):
            if name != "skipped":
                root.set(name, str(value))
        ElementTree.indent(root)
        body = ElementTree.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _beyond(report: CampaignReport) -> list[FunctionSummary]:
    """Functions at the end of chains that were not among the tested ones."""
    known = {function.name for function in report.functions}
    names = dict.fromkeys(f.function for f in report.findings if f.function not in known)
    return [
        FunctionSummary(name=name, runtime="", handler="", triggers=(), tested=True)
        for name in names
    ]


def _passing(report: CampaignReport) -> dict[str, str]:
    """Why a finding does not fail the run, by id: as the exit code has it."""
    if report.comparison is None:
        return {}
    accepted = report.comparison.accepted
    return {
        id: f"accepted: {accepted[id]}" if accepted.get(id) else "known to the baseline"
        for id in report.comparison.passing
    }


def _suite(
    root: ElementTree.Element,
    function: FunctionSummary,
    found: list[Finding],
    rules: Mapping[str, Rule],
    report: CampaignReport,
) -> tuple[int, int, int]:
    passing = _passing(report)
    tried = [tally.rule for tally in function.tallies]
    names = sorted({*tried, *(f.rule for f in found)}) or ["campaign"]
    suite = ElementTree.SubElement(root, "testsuite", name=writable(function.name))
    failures = skipped = 0
    for name in names:
        case = ElementTree.SubElement(
            suite, "testcase", classname=writable(function.name), name=name, time="0"
        )
        known = [f for f in found if f.rule == name and f.id in passing]
        hits = [f for f in found if f.rule == name and f.id not in passing]
        if known and not hits:
            skipped += 1
            reason = "; ".join(f"{f.id} is {passing[f.id]}" for f in known)
            ElementTree.SubElement(case, "skipped", message=writable(reason))
        elif hits:
            failures += 1
            failure = ElementTree.SubElement(
                case, "failure", type=name, message=writable(sentence(hits[0], rules))
            )
            failure.text = "\n\n".join(_text(hit, rules, report) for hit in hits)
        elif not function.tested:
            skipped += 1
            reason = writable(function.reason or "not tested")
            ElementTree.SubElement(case, "skipped", message=reason)
    suite.set("tests", str(len(names)))
    suite.set("failures", str(failures))
    suite.set("errors", "0")
    suite.set("skipped", str(skipped))
    suite.set("time", f"{function.seconds:.3f}")
    return len(names), failures, skipped


def _text(finding: Finding, rules: Mapping[str, Rule], report: CampaignReport) -> str:
    witness = finding.witness
    again = "".join(f"\nreproduce: {line}" for line in commands(finding, folder(report))[:1])
    sink = f"\nsink: {finding.sink.file}:{finding.sink.line}" if finding.sink else ""
    return writable(
        f"{sentence(finding, rules)}\nseverity: {finding.severity}, {finding.confidence}"
        f"\nwitness: {witness.kind} in {witness.where}: {witness.seen}{sink}"
        f"\npayload: {finding.payload!r}{again}"
    )
