"""`faasfuzz report`: the reports of a stored campaign, written again."""

from datetime import date
from pathlib import Path

import click

from harness.campaign.baseline import load_known
from harness.campaign.store import Store
from harness.cli.comparison import compared
from harness.cli.loading import load_catalogue
from harness.reports import REPORTERS, write_reports


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    default="html,json,sarif,junit,markdown",
    show_default=True,
    metavar="A,B",
    help=f"Any of {', '.join(reporter.format for reporter in REPORTERS)}.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Tell new findings from known ones: a baseline, a findings.json or an older campaign.",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="CAMPAIGN",
    help="Tell what is new since this one; the baseline then only says what is accepted.",
)
def report(
    campaign: Path, formats: str, out: Path | None, baseline: Path | None, since: Path | None
) -> None:
    """Write the reports of CAMPAIGN (its folder or campaign.db) again."""
    with Store.open(campaign) as store:
        told = store.report(store.get("verdict", "interrupted"))
        folder = out or store.path.parent
        wanted = tuple(name.strip() for name in formats.split(",") if name.strip())
        accepted = load_known(baseline) if baseline is not None else {}
        if since is not None:
            known = load_known(since)
            told = compared(told, known, str(since), date.today(), baseline=accepted)
        elif baseline is not None:
            told = compared(told, accepted, str(baseline), date.today())
        for path in write_reports(told, load_catalogue().rules, folder, wanted):
            click.echo(path)
