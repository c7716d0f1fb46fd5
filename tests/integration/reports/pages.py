"""Reports to look at, and a page of a browser with one of them open."""

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from harness.catalogue.paths import rules_folder
from harness.catalogue.rules import load_rules
from harness.model import CampaignReport, Comparison, FileCoverage, Gap, Hop, Severity
from harness.reports.html import HtmlReporter
from tests.unit.campaign.test_campaign_parts import finding, report, summary

RULES = load_rules(rules_folder())


class Watched:
    """A page with the report open, and everything that it complained of or asked for."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri())
        self.file = file


def opened(page: Page, told: CampaignReport, folder: Path) -> Watched:
    file = folder / "report.html"
    file.write_text(HtmlReporter().render(told, RULES), encoding="utf-8")
    return Watched(page, file)


def many(count: int) -> CampaignReport:
    severities = list(Severity)
    made = tuple(
        finding(
            id=f"{number:016x}",
            severity=severities[number % 5],
            function=f"Function{number % 7}",
            rule=("sql-injection", "ssrf")[number % 2],
        )
        for number in range(count)
    )
    return report(made, tuple(summary(name=f"Function{n}") for n in range(7)))


def whole(code: Path | None = None) -> CampaignReport:
    """A report with everything that one can hold; source lines when there is a folder for it."""
    if code is not None:
        (code / "app.py").write_text("".join(f"line = {number}\n" for number in range(1, 20)))
    coverage = FileCoverage(
        file="app.py", lines=40, reached=31, gaps=(Gap(first=8, last=12, guard=7, text="if x:"),)
    )
    told = many(12)
    chain = finding(
        id="f" * 16,
        path=(
            Hop(function="Function1", trigger="aws.apigateway.rest"),
            Hop(function="Function2", trigger="aws.sqs.message", via="aws:sqs.SendMessage orders"),
        ),
        control_event={"q": "sample"},
        logs="a line",
        response="an answer",
        calls=("s3.PutObject {}",),
    )
    return replace(
        told,
        findings=(*told.findings, chain),
        functions=(
            summary(name="Asleep", tested=False, reason="no runtime"),
            *(
                replace(f, coverage=(coverage,), invocations=900, code=str(code or ""))
                for f in told.functions
            ),
        ),
        comparison=Comparison(
            against="baseline.yaml",
            new=("f" * 16,),
            persisting=tuple(f.id for f in told.findings),
            fixed=(("a" * 16, "ssrf", "Function1"),),
            accepted={told.findings[0].id: "only reachable by operators"},
        ),
        blind=("coverage",),
        application={
            "functions": [{"name": "Function1", "policies": [{"Managed": "AmazonS3FullAccess"}]}]
        },
    )
