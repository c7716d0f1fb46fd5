"""`faasfuzz diff`: what became of the findings."""

import json
from pathlib import Path

import click

from harness.campaign.baseline import Known, compare, load_known


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """New, fixed and persisting findings between OLD and NEW.

    Each is a campaign's folder, a findings.json or a baseline file.
    """
    before, after = load_known(old), load_known(new)
    difference = compare(before, after)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "new": difference.new,
                    "fixed": difference.fixed,
                    "persisting": difference.persisting,
                },
                indent=2,
            )
        )
        return
    for title, ids in (
        ("new", difference.new),
        ("fixed", difference.fixed),
        ("persisting", difference.persisting),
    ):
        click.echo(f"{title}: {len(ids)}")
        for id in ids:
            click.echo(f"  {_line((after if id in after else before)[id])}")


def _line(known: Known) -> str:
    severity = f"{known.severity} " if known.severity else ""
    return f"{known.id} {severity}{known.rule} in {known.function}"
