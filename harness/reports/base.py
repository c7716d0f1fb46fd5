"""What a report format is, and what formats share."""

from collections.abc import Mapping
from typing import Protocol

from harness.model import CampaignReport, Finding, FunctionSummary, Rule


class Reporter(Protocol):
    """One format. `render` is pure: a report in, a document out."""

    format: str
    filename: str

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        """The whole document."""


def sentence(finding: Finding, rules: Mapping[str, Rule]) -> str:
    """What the finding is, in one sentence."""
    title = rules[finding.rule].title if finding.rule in rules else finding.rule
    where = f" through {finding.insertion_point}" if finding.insertion_point else ""
    return f"{title} in {finding.function}{where} ({finding.trigger})"


def handler_file(function: FunctionSummary) -> str:
    """The handler's source file, relative to its code folder (`app.handler` -> `app.py`)."""
    module = function.handler.rpartition(".")[0] or "app"
    ending = ".py" if function.runtime.startswith("python") else ".js"
    return module.replace(".", "/") + ending


def functions_by_name(report: CampaignReport) -> dict[str, FunctionSummary]:
    return {function.name: function for function in report.functions}
