"""`faasfuzz templates`: the event templates, listed, shown, checked and learnt."""

import json
from pathlib import Path
from typing import Any

import click
import yaml

from harness.catalogue.templates import load_templates
from harness.cli.catalogues import existing_folder, listing, shown
from harness.cli.known import complete_id, complete_word, event_templates, selected
from harness.errors import UsageError
from harness.events.propose import Proposal, propose
from harness.model import EventTemplate, InsertionPoint

_NEAR = "like {like}: what is known of that is taken over"
_STRANGE = "like no event of the catalogue: everything below is a guess"


def _row(template: EventTemplate) -> tuple[str, ...]:
    points = ", ".join(str(point) for point in template.points)
    return (template.id, template.title, points)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--search", default="", metavar="TEXT", help="Only those with all of these words.")
@click.option(
    "--provider", metavar="NAME", help="Only aws, azure, ...", shell_complete=complete_word
)
@click.option("--service", metavar="NAME", help="Only s3, sqs, ...", shell_complete=complete_word)
@click.option(
    "--templates", type=click.Path(path_type=Path), metavar="DIR", help="Your own beside ours."
)
@click.pass_context
def templates(
    context: click.Context,
    as_json: bool,
    search: str,
    provider: str | None,
    service: str | None,
    templates: Path | None,
) -> None:
    """The event templates: every trigger type faasfuzz knows."""
    if context.invoked_subcommand is None:
        known = event_templates(templates).values()
        found = selected(known, search=search, provider=provider, service=service)
        listing(found, ("id", "title", "insertion points"), _row, as_json=as_json)


@templates.command("show")
@click.argument("id", shell_complete=complete_id)
def show_template(id: str) -> None:
    """Print one template as JSON."""
    shown(event_templates().values(), id)


@templates.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def check_templates(path: Path) -> None:
    """Validate your own templates in the folder PATH."""
    click.echo(f"{len(load_templates(existing_folder(path)))} templates are fine")


@templates.command("learn")
@click.argument("event", type=click.Path(path_type=Path))
@click.option("--id", metavar="ID", help="Of the template [default: mine.events.FILE].")
def learn_template(event: Path, id: str | None) -> None:
    """Propose a template for the captured event in the file EVENT (JSON).

    Its strings are looked into: JSON, base64, gzip, mail, tokens, cookies and forms are written
    through by its insertion points. Look the proposal over, above all who controls what.
    """
    try:
        captured = json.loads(event.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {error}", path=event) from error
    except json.JSONDecodeError as error:
        raise UsageError(f"not JSON: {error.msg}", path=event, line=error.lineno) from error
    known = event_templates()
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in event.stem.lower()).strip("-")
    click.echo(_file(id or f"mine.events.{name or 'event'}", propose(captured, known.values())))


def _file(id: str, proposal: Proposal) -> str:
    like = proposal.like
    told = _NEAR.format(like=like.id) if like is not None else _STRANGE
    provider, service = (id.split(".") * 2)[:2]
    kind, visible = "any", False
    if like is not None:
        provider, service = like.provider, like.service
        kind, visible = like.response.kind, like.response.visible
    parts = [
        f"# {told}.",
        _block(
            {
                "id": id,
                "provider": provider,
                "service": service,
                "title": like.title if like is not None else "An event of our own",
                "source": like.source if like is not None else "https://example.com/",
            }
        ),
        f"response: {_flow({'kind': kind, 'visible': visible})}",
    ]
    if like is not None and like.declared and like.id == id:
        parts += ["declared:", *(f"  - {_flow(dict(words))}" for words in like.declared)]
    if proposal.records is not None:
        maximum = like.batch.maximum if like is not None and like.batch else 10
        parts.append(f"batch: {_flow({'records': str(proposal.records), 'maximum': maximum})}")
    parts.append(_block({"event": proposal.event}))
    if proposal.encode:
        parts += ["encode:", *(f"  - {_flow(str(address))}" for address in proposal.encode)]
    if proposal.points:
        points = (_flow(_point(point)) for point in proposal.points)
        parts += ["insertion_points:", *(f"  - {point}" for point in points)]
    if like is not None and like.bindings:
        bindings = ({"address": str(b.address), "form": b.form} for b in like.bindings)
        parts += ["bindings:", *(f"  - {_flow(binding)}" for binding in bindings)]
    return "\n".join(parts)


def _point(point: InsertionPoint) -> dict[str, Any]:
    more: dict[str, Any] = {
        "max_bytes": point.max_bytes,
        "pattern": point.pattern,
        "mirrors": [str(mirror) for mirror in point.mirrors],
        "json": point.json,
        "note": point.note,
    }
    return {
        "address": str(point.address),
        "control": str(point.control),
        **{key: value for key, value in more.items() if value},
    }


def _block(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)
    return text.rstrip("\n")


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10_000
    )
    return text.removesuffix("\n").removesuffix("\n...")
