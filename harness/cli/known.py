"""Event templates for commands that need nothing else, and their ids for the shell."""

import re
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from harness.catalogue.kept import kept
from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.errors import UsageError
from harness.model import EventTemplate

_ID = re.compile(r"^id: *(\S+)", re.MULTILINE)
_TITLE = re.compile(r"^title: *(.+)", re.MULTILINE)


def event_templates(own: Path | None = None) -> dict[str, EventTemplate]:
    """The templates by id; those in the user's folder override ours. Raises UsageError."""
    if own is not None and not own.is_dir():
        raise UsageError("no such folder", path=own, mend="check --templates")
    folders = [data_folder("event_templates"), *([own] if own else [])]
    return {template.id: template for template in kept(load_templates, *folders)}


def template_named(id: str, templates: dict[str, EventTemplate]) -> EventTemplate:
    """The template of an id. Raises UsageError, which names those that are near."""
    if id in templates:
        return templates[id]
    near = [other for other in templates if id.split(".")[-1] in other]
    raise UsageError(
        f"no event template {id!r}",
        mend=f"did you mean {', '.join(near)}?" if near else "see faasfuzz templates",
    )


def complete_id(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Ids that begin with what is typed. Files are glanced at only: a shell asks at each key."""
    own = context.params.get("templates")
    folders = [data_folder("event_templates"), *([Path(own)] if own else [])]
    texts = [path.read_text(encoding="utf-8") for f in folders for path in f.rglob("*.yaml")]
    found = {
        match[1]: title[1].strip("'\"") if (title := _TITLE.search(text)) else ""
        for text in texts
        if (match := _ID.search(text)) and match[1].startswith(incomplete)
    }
    return [CompletionItem(id, help=found[id]) for id in sorted(found)]


def complete_word(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Providers for `--provider`, services (of the provider named before) for `--service`."""
    place = {"provider": 0, "service": 1}[parameter.name or ""]
    provider = context.params.get("provider")
    ids = (item.value for item in complete_id(context, parameter, f"{provider or ''}"))
    words = {id.split(".")[place] for id in ids}
    return [CompletionItem(word) for word in sorted(words) if word.startswith(incomplete)]


def selected(
    templates: Iterable[EventTemplate], *, search: str, provider: str | None, service: str | None
) -> list[EventTemplate]:
    """Templates of a provider and a service, all of the words of `search` in id, title or notes."""
    words = search.lower().split()
    return [
        template
        for template in templates
        if provider in (None, template.provider)
        and service in (None, template.service)
        and all(
            word in f"{template.id} {template.title} {template.notes}".lower() for word in words
        )
    ]
