"""A report held against what was known before: new, persisting, fixed and accepted findings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from harness.campaign.baseline import Known, compare
from harness.model import CampaignReport, Comparison


def compared(
    report: CampaignReport, known: Mapping[str, Known], against: str, today: date
) -> CampaignReport:
    """The report with its comparison. Findings that were not looked for again are not "fixed".

    A finding counts as fixed when its function was tested and its rule was asked for: a function
    that was left out or that never started says nothing.
    """
    found = {f.id: Known(id=f.id, rule=f.rule, function=f.function) for f in report.findings}
    difference = compare(known, found)
    tested = {function.name for function in report.functions if function.tested}
    asked = report.configuration.get("rules") or ()
    return replace(
        report,
        comparison=Comparison(
            against=against,
            new=difference.new,
            persisting=difference.persisting,
            fixed=tuple(
                (id, known[id].rule, known[id].function)
                for id in difference.fixed
                if (known[id].function in tested or not known[id].function)
                and (not asked or known[id].rule in asked)
            ),
            accepted={
                id: known[id].reason
                for id in difference.persisting
                if known[id].reason and known[id].holds(today)
            },
        ),
    )
