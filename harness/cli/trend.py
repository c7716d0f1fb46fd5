"""`faasfuzz trend`: what became of the findings over many campaigns."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.campaign.baseline import Known
from harness.campaign.store import Store
from harness.cli.comparison import compared
from harness.errors import UsageError
from harness.model import CampaignReport, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One campaign in the row of its application's campaigns.

    `new` were never seen before; `back` were fixed and show again; `fixed` were open before, were
    looked for and did not show; `open` are all that are known and not fixed, those among them that
    this campaign did not look for. `to_detect` is the median of invocations to detect, of findings
    that needed any.
    """

    campaign: str
    application: str
    started: str
    verdict: str
    functions: int
    tested: int
    trials: int
    invocations: int
    severities: dict[str, int]
    new: tuple[str, ...]
    back: tuple[str, ...]
    fixed: tuple[str, ...]
    open: tuple[str, ...]
    to_detect: int | None


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N campaigns.")
def trend(folders: tuple[Path, ...], as_json: bool, last: int | None) -> None:
    """Findings over time: each campaign in the FOLDERs [default: faasfuzz-out], the oldest first.

    A FOLDER is a campaign's own or one that holds several. Campaigns of different applications are
    told apart.
    """
    points = points_of(_reports(folders or (Path("faasfuzz-out"),)))
    shown = points[-last:] if last else points
    if as_json:
        click.echo(json.dumps([asdict(point) for point in shown], indent=2))
        return
    console = Console(highlight=False)
    for application in dict.fromkeys(point.application for point in shown):
        console.print(_table([p for p in shown if p.application == application], application))


def points_of(reports: Iterable[CampaignReport]) -> list[Point]:
    """The points of many campaigns in order of time."""
    opened: dict[str, dict[str, Known]] = {}
    ever: dict[str, set[str]] = {}
    points = []
    for report in sorted(reports, key=lambda r: (r.started, r.id)):
        known = opened.setdefault(report.name, {})
        seen = ever.setdefault(report.name, set())
        comparison = compared(report, known, "", date.min).comparison
        assert comparison is not None
        fixed = tuple(id for id, _, _ in comparison.fixed)
        for id in fixed:
            del known[id]
        for f in report.findings:
            known[f.id] = Known(id=f.id, rule=f.rule, function=f.function, severity=f.severity)
        detected = [f.invocations_to_detect for f in report.findings if f.invocations_to_detect]
        points.append(
            Point(
                campaign=report.id,
                application=report.name,
                started=report.started,
                verdict=report.verdict,
                functions=len(report.functions),
                tested=sum(f.tested for f in report.functions),
                trials=report.trials,
                invocations=report.invocations,
                severities={s: sum(f.severity is s for f in report.findings) for s in Severity},
                new=tuple(id for id in comparison.new if id not in seen),
                back=tuple(id for id in comparison.new if id in seen),
                fixed=fixed,
                open=tuple(sorted(known)),
                to_detect=round(median(detected)) if detected else None,
            )
        )
        seen.update(f.id for f in report.findings)
    return points


def _reports(folders: Sequence[Path]) -> list[CampaignReport]:
    found: dict[Path, None] = {}
    for folder in folders:
        if not folder.exists():
            raise UsageError("no such folder", path=folder, mend="name folders of campaigns")
        own = [folder] if folder.is_file() or (folder / "campaign.db").is_file() else []
        inside = own or sorted(p.parent for p in folder.glob("*/campaign.db"))
        if not inside:
            raise UsageError("there is no campaign here", path=folder, mend="run one first")
        found.update(dict.fromkeys(inside))
    reports = []
    for path in found:
        with Store.open(path) as store:
            reports.append(store.report(store.get("verdict", "interrupted")))
    return reports


def _table(points: Sequence[Point], application: str) -> Table:
    table = Table(title=escape(application), title_justify="left", box=SIMPLE, padding=0)
    table.add_column("campaign", no_wrap=True)
    for name in ("tested", "findings", "new", "back", "fixed", "open", "calls to detect"):
        table.add_column(name, justify="right", no_wrap=name == "findings")
    for point in points:
        interrupted = " (interrupted)" if point.verdict == "interrupted" else ""
        table.add_row(
            f"{escape(point.campaign)}{interrupted}",
            f"{point.tested}/{point.functions}",
            _findings(point),
            *(str(len(ids)) for ids in (point.new, point.back, point.fixed, point.open)),
            "" if point.to_detect is None else str(point.to_detect),
        )
    return table


def _findings(point: Point) -> str:
    worst = next((name for name, count in point.severities.items() if count), "")
    return f"{sum(point.severities.values())} ({worst})" if worst else "0"
