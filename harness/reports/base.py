"""What a report format is, and what formats share."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from harness.model import CampaignReport, Finding, FunctionSummary, Rule

# What XML 1.0 cannot write, and what databases behind dashboards refuse (NUL, lone surrogates).
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# In the order in which Lambda looks for them.
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts")


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
    first = entered(finding)
    of = f" of {first}'s event" if first != finding.function else ""
    return f"{title} in {finding.function}{where}{of} ({finding.trigger})"


def entered(finding: Finding) -> str:
    """The function that was invoked: of a chain the first, else that of the finding."""
    return finding.path[0].function if finding.path else finding.function


def handler_file(function: FunctionSummary) -> str:
    """The handler's source file, relative to its code folder (`app.handler` -> `app.py`).

    Of the endings that a language has, the one that is there, where the code is still at hand.
    """
    if ":" in function.handler:  # of other platforms than AWS: file:function
        return function.handler.partition(":")[0]
    module = function.handler.rpartition(".")[0] or "app"
    if function.runtime.startswith("python"):
        return module.replace(".", "/") + ".py"
    folder = Path(function.code) if function.code else None
    for ending in _SCRIPTS if folder is not None else ():
        if folder is not None and (folder / f"{module}{ending}").is_file():
            return module + ending
    return f"{module}.js"


def functions_by_name(report: CampaignReport) -> dict[str, FunctionSummary]:
    return {function.name: function for function in report.functions}


def writable(text: str) -> str:
    """Text in which control characters and lone surrogates are spelt out as escapes."""
    return _UNWRITABLE.sub(lambda match: repr(match.group(0))[1:-1], text)


def trigger_facts(report: CampaignReport, finding: Finding) -> Mapping[str, str]:
    """The deployed facts (path, method, bucket, ...) of the trigger of a finding; may be empty."""
    for function in report.application.get("functions", ()):
        triggers = function.get("triggers") or ()
        if function["name"] == entered(finding) and finding.trigger_index < len(triggers):
            trigger = triggers[finding.trigger_index]
            if trigger["template"] == finding.trigger:
                return dict(trigger.get("facts") or {})
    return {}
