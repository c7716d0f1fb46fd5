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
            for trigger in function["triggers"]:
                trigger["insertion_points"] = points[function["name"], trigger["template"]]
        click.echo(json.dumps(described, indent=2, default=str))
        return
    console = Console(highlight=False)
    table = Table("function", "runtime", "trigger", "insertion points", title=application.name)
    for function in application.functions:
        for trigger in function.triggers:
            table.add_row(
                escape(function.name),
                function.runtime,
                trigger.template,
                escape("\n".join(points[function.name, trigger.template])),
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


def insertion_points(
    application: Application, catalogue: Catalogue
) -> dict[tuple[str, str], list[str]]:
    """The insertion points of each function's triggers, before any shape is learnt."""
    return {
        (function.name, trigger.template): [
            str(point)
            for point in make_seed(catalogue.templates[trigger.template], trigger, function).points
        ]
        for function in application.functions
        for trigger in function.triggers
    }
