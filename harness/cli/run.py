"""`faasfuzz run`: the options of a campaign."""

from pathlib import Path
from typing import Any

import click

from harness.campaign.config import Isolation
from harness.campaign.preparing import prepare
from harness.cli.durations import DURATION
from harness.cli.settings import apply_settings, load_settings
from harness.cli.targets import split_tables, target_option
from harness.model import Severity
from harness.targets.registry import names

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("source", type=_PATH)
@click.option("--function", multiple=True, metavar="NAME", help="Only these (globs).")
@click.option(
    "--trigger",
    multiple=True,
    metavar="[FUNCTION=]ID",
    help="Only these event templates; of a function, also one that its source does not declare.",
)
@click.option("--rule", multiple=True, metavar="ID", help="Only these rules; the rest is not sent.")
@click.option("--target", default="local", type=click.Choice(names()), show_default=True)
@target_option
@click.option(
    "--client",
    default="fast",
    type=click.Choice(["fast", "ric"]),
    show_default=True,
    help="Local runtime client: ours, or the unmodified awslambdaric.",
)
@click.option("--max-time", type=DURATION, metavar="10m", help="For the whole campaign.")
@click.option("--max-invocations", type=click.IntRange(1), metavar="N", help="Per function.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="[default: number of cores]")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Run on a Dask cluster: a scheduler's address, or local for one of this machine's cores.",
)
@click.option(
    "--isolation",
    default=Isolation.AUTO.value,
    type=click.Choice([isolation.value for isolation in Isolation]),
    show_default=True,
    help="Whether calls share a runtime, as in Lambda, or have a fresh one each.",
)
@click.option(
    "--stop-at-first-match",
    is_flag=True,
    help="Once a rule is confirmed in a function, go on with the other rules.",
)
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Repeats the same plan.")
@click.option(
    "--out",
    type=_PATH,
    metavar="DIR",
    help="A campaign that is there is replaced. [default: faasfuzz-out/<campaign id>]",
)
@click.option(
    "--fail-on",
    default="high",
    show_default=True,
    type=click.Choice([*(severity.value for severity in Severity), "never"]),
    help="Exit 1 for findings at or above this.",
)
@click.option("--baseline", type=_PATH, metavar="FILE", help="Findings that are known already.")
@click.option("--resume", type=_PATH, metavar="CAMPAIGN", help="Go on with a stored campaign.")
@click.option(
    "--corpus",
    type=_PATH,
    metavar="DIR",
    help="Earlier findings, looked at first. [default: faasfuzz-out/corpus, none with --out]",
)
@click.option("--payloads", type=_PATH, metavar="DIR", help="Your own payloads, added to ours.")
@click.option("--templates", type=_PATH, metavar="DIR", help="Your own event templates.")
@click.option("--parameter", multiple=True, metavar="NAME=VALUE", help="A template parameter.")
@click.option("--config", type=_PATH, metavar="FILE", help="[default: faasfuzz.toml]")
@click.option("--quiet", is_flag=True, help="Print only errors and the report's place.")
@click.option("--no-progress", is_flag=True, help="Plain lines instead of a live display.")
@click.pass_context
def run(context: click.Context, /, **params: Any) -> int:
    """Test the application which SOURCE describes (a template, or the folder holding it)."""
    config: Path | None = params["config"]
    settings, tables = split_tables(load_settings(config, Path.cwd()))
    params = apply_settings(context, settings, str(config or "faasfuzz.toml"), params)
    if params["cluster"] is None:
        prepare()  # what follows takes as long to load as what the workers need
    from harness.cli.campaign import campaign

    return campaign({**params, "tables": tables})
