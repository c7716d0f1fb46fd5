"""`faasfuzz event`: prints a realistic event and fills its insertion points."""

import json
from pathlib import Path

import click

from harness.cli.loading import load_catalogue
from harness.codecs.base import CodecError
from harness.errors import UsageError
from harness.events.inject import AddressError
from harness.events.seed import make_seed
from harness.events.shapes.reads import add_field
from harness.model import Address, Function, Trigger


@click.command()
@click.argument("template_id")
@click.option("--set", "assignments", multiple=True, metavar="POINTER=VALUE")
@click.option("--templates", type=click.Path(path_type=Path), metavar="DIR")
def event(template_id: str, assignments: tuple[str, ...], templates: Path | None) -> None:
    """Print the event of TEMPLATE_ID as the service sends it.

    --set fills an insertion point through its encodings; `!` names a codec:

    \b
      faasfuzz event aws.sqs.message --set '/Records/0/body!json/invoice=7'
    """
    catalogue = load_catalogue(templates=templates)
    template = catalogue.templates.get(template_id)
    if template is None:
        near = [id for id in catalogue.templates if template_id.split(".")[-1] in id]
        raise UsageError(
            f"no event template {template_id!r}",
            mend=f"did you mean {', '.join(near)}?" if near else "see faasfuzz templates",
        )
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
    click.echo(json.dumps(seed.event, indent=2, ensure_ascii=False))
