"""A report held against what was known before: new, persisting, fixed and accepted findings."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from harness.campaign.baseline import Known, compare
from harness.model import CampaignReport, Comparison


def compared(
    report: CampaignReport,
    known: Mapping[str, Known],
    against: str,
    today: date,
    *,
    baseline: Mapping[str, Known] | None = None,
) -> CampaignReport:
    """The report with its comparison. Findings that were not looked for again are not "fixed".

    `baseline` says what is accepted where that is not what the report is compared with: a nightly
    run tells what is new since the night before, and passes what its baseline file knows.
    """
    accepting = known if baseline is None else baseline
    found = {f.id: Known(id=f.id, rule=f.rule, function=f.function) for f in report.findings}
    difference = compare(known, found)
    tested = {function.name for function in report.functions if function.tested}
    asked = report.configuration.get("rules") or ()
    held = {id: accepting[id] for id in sorted(found.keys() & accepting.keys())}
    return replace(
        report,
        comparison=Comparison(
            against=against,
            new=difference.new,
            persisting=difference.persisting,
            fixed=tuple(
                (id, known[id].rule, known[id].function)
                for id in difference.fixed
                if looked_for(known[id], tested, asked)
            ),
            accepted={
                id: entry.reason
                for id, entry in held.items()
                if entry.reason and entry.holds(today)
            },
            passing=tuple(id for id, entry in held.items() if entry.holds(today)),
            expired={
                id: entry.until.isoformat()
                for id, entry in held.items()
                if entry.until is not None and not entry.holds(today)
            },
        ),
    )


def looked_for(known: Known, tested: Collection[str], asked: Collection[str]) -> bool:
    """Whether a campaign would have shown a finding again.

    It would when its function was among the `tested` ones and its rule among those `asked` for
    (none: all): a function that was left out or that never started says nothing.
    """
    return (known.function in tested or not known.function) and (not asked or known.rule in asked)
