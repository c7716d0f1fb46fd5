"""`faasfuzz demo`: a whole campaign on the bundled example application."""

from pathlib import Path

import click

from harness.campaign.preparing import prepare
from harness.catalogue.paths import data_folder
from harness.cli.durations import DURATION


@click.command()
@click.option(
    "--max-time",
    type=DURATION,
    metavar="10m",
    default="10m",
    show_default=True,
    help="For the whole campaign.",
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="[default: number of cores]")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, metavar="N")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="[default: faasfuzz-out/<campaign id>]",
)
@click.option("--quiet", is_flag=True, help="Print only errors and the report's place.")
@click.option("--no-progress", is_flag=True, help="Plain lines instead of a live display.")
def demo(
    max_time: float,
    workers: int | None,
    seed: int,
    out: Path | None,
    quiet: bool,
    no_progress: bool,
) -> int:
    """Run a campaign on the bundled example: a pipeline that reads job applications.

    The example is vulnerable on purpose, so the exit code is 1 when all is well.
    """
    prepare()  # what follows takes as long to load as what the workers need
    from harness.cli.campaign import campaign

    return campaign(
        {
            "source": data_folder("examples") / "cv-pipeline",
            "function": (),
            "trigger": (),
            "rule": (),
            "target": "local",
            "client": "fast",
            "max_time": max_time,
            "max_invocations": None,
            "workers": workers,
            "seed": seed,
            "out": out,
            "fail_on": "high",
            "baseline": None,
            "resume": None,
            "payloads": None,
            "templates": None,
            "parameter": (),
            "quiet": quiet,
            "no_progress": no_progress,
        }
    )
