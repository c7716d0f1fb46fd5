"""`faasfuzz discover`: what would be tested."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.campaign.workplace import Catalogue
from harness.cli.loading import load_application, load_catalogue
from harness.discovery.describe import describe
from harness.events.seed import make_seed
from harness.model import Application

# Facts that tell triggers of one kind apart.
_TELLING = (
    "route_key",
    "field",
    "detail_type",
    "event",
    "queue_name",
    "topic_name",
    "table",
    "stream",
)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--templates", type=click.Path(path_type=Path), metavar="DIR")
def discover(source: Path, as_json: bool, templates: Path | None) -> None:
    """Show functions, triggers, insertion points, and the edges between functions."""
    catalogue = load_catalogue(templates=templates)
    application = load_application(source, catalogue, {})
    points = insertion_points(application, catalogue)
    if as_json:
        described = describe(application)
        for function in described["functions"]:
            for trigger, own in zip(function["triggers"], points[function["name"]], strict=True):
                trigger["insertion_points"] = own
        click.echo(json.dumps(described, indent=2, default=str))
        return
    console = Console(highlight=False)
    table = Table("function", "runtime", "trigger", "insertion points", title=application.name)
    for function in application.functions:
        for trigger, own in zip(function.triggers, points[function.name], strict=True):
            told = next((trigger.facts[fact] for fact in _TELLING if trigger.facts.get(fact)), "")
            table.add_row(
                escape(function.name),
                function.runtime,
                escape(f"{trigger.template}\n{told}".strip()),
                escape("\n".join(own)),
            )
        if not function.triggers:
            table.add_row(escape(function.name), function.runtime, "none declared: direct", "")
    console.print(table)
    for edge in application.edges:
        console.print(f"{escape(edge.origin)} -> {escape(edge.to)} [dim]({escape(edge.via)})[/]")
    for function in application.functions:
        for note in function.notes:
            console.print(f"[yellow]{escape(function.name)}[/]: {escape(note)}")
    for note in application.notes:
        console.print(f"[yellow]note[/]: {escape(note)}")


def insertion_points(application: Application, catalogue: Catalogue) -> dict[str, list[list[str]]]:
    """By function, the insertion points of each of its triggers, before any shape is learnt."""
    return {
        function.name: [
            [str(p) for p in make_seed(catalogue.templates[t.template], t, function).points]
            for t in function.triggers
        ]
        for function in application.functions
    }
