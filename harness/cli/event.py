"""`faasfuzz event`: prints a realistic event and fills its insertion points."""

import json
from pathlib import Path

import click
import yaml
from click.shell_completion import CompletionItem

from harness.cli.known import complete_id, event_templates, template_named
from harness.codecs.base import CodecError
from harness.errors import UsageError
from harness.events.inject import AddressError
from harness.events.seed import make_seed
from harness.events.shapes.reads import add_field
from harness.model import Address, Function, Trigger


def _complete_point(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The template's insertion points, ready for a value."""
    # An option without its value yet leaves all words where they were typed.
    id = context.params.get("template_id") or next(iter(context.args), "")
    template = event_templates(context.params.get("templates")).get(id)
    points = [] if template is None else [f"{point}=" for point in template.points]
    return [CompletionItem(text) for text in points if text.startswith(incomplete)]


@click.command()
@click.argument("template_id", shell_complete=complete_id)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="POINTER=VALUE",
    help="Fill an insertion point.",
    shell_complete=_complete_point,
)
@click.option("--yaml", "as_yaml", is_flag=True, help="YAML, not JSON.")
@click.option("--templates", type=click.Path(path_type=Path), metavar="DIR")
def event(
    template_id: str, assignments: tuple[str, ...], templates: Path | None, as_yaml: bool
) -> None:
    """Print the event of TEMPLATE_ID as the service sends it.

    --set fills an insertion point through its encodings; `!` names a codec:

    \b
      faasfuzz event aws.sqs.message --set '/Records/0/body!json/invoice=7'
    """
    template = template_named(template_id, event_templates(templates))
    nobody = Function(name="Function", runtime="", handler="", code=None)
    seed = make_seed(template, Trigger(template=template_id), nobody)
    for assignment in assignments:
        pointer, equals, value = assignment.partition("=")
        if not equals:
            raise UsageError(f"--set {assignment}: no value", mend="write POINTER=VALUE")
        try:
            address = Address.parse(pointer)
            if not seed.exists(address):
                grown = add_field(seed, address)
                if grown is seed:
                    raise AddressError("nothing is there, and nobody can add it")
                seed = grown
            seed = seed.written(address, value)
            mirrors = next((p.mirrors for p in seed.points if p.address == address), ())
            for mirror in mirrors:
                seed = seed.written(mirror, value)
        except (ValueError, CodecError, AddressError, KeyError) as error:
            raise UsageError(
                f"--set {pointer}: {error}",
                mend=f"its insertion points are {', '.join(str(p) for p in template.points)}",
            ) from error
    if as_yaml:
        told = yaml.safe_dump(seed.event, sort_keys=False, allow_unicode=True, width=110)
        click.echo(told, nl=False)
    else:
        click.echo(json.dumps(seed.event, indent=2, ensure_ascii=False))
