"""`faasfuzz report`: the reports of a stored campaign, written again."""

from pathlib import Path

import click

from harness.campaign.store import Store
from harness.cli.loading import load_catalogue
from harness.reports import write_reports


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    default="html,json,sarif,junit,markdown",
    show_default=True,
    metavar="A,B",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR")
def report(campaign: Path, formats: str, out: Path | None) -> None:
    """Write the reports of CAMPAIGN (its folder or campaign.db) again."""
    with Store.open(campaign) as store:
        told = store.report(store.get("verdict", "interrupted"))
        folder = out or store.path.parent
        wanted = tuple(name.strip() for name in formats.split(",") if name.strip())
        for path in write_reports(told, load_catalogue().rules, folder, wanted):
            click.echo(path)
