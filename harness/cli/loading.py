"""What several commands need: the catalogue with the user's folders, a discovered source."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.campaign.workplace import Catalogue
from harness.catalogue.kept import kept
from harness.catalogue.paths import data_folder, rules_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.rules import load_rules
from harness.catalogue.templates import load_templates
from harness.cli.targets import stored_tables
from harness.deployed.address import is_address, is_url
from harness.discovery import discover
from harness.errors import UsageError
from harness.model import Application, Function, Trigger


def load_catalogue(payloads: Path | None = None, templates: Path | None = None) -> Catalogue:
    """The catalogue; entries in the user's folders override ours by id. Raises UsageError."""
    for folder, option in ((payloads, "--payloads"), (templates, "--templates")):
        if folder is not None and not folder.is_dir():
            raise UsageError("no such folder", path=folder, mend=f"check {option}")
    event_templates = data_folder("event_templates")
    own_templates = [templates] if templates else []
    own_payloads = [payloads] if payloads else []
    return Catalogue(
        templates={t.id: t for t in kept(load_templates, event_templates, *own_templates)},
        payloads=kept(load_payloads, data_folder("payloads"), *own_payloads),
        rules=kept(load_rules, rules_folder()),
    )


def load_application(
    source: Path,
    catalogue: Catalogue,
    parameters: Mapping[str, str],
    *,
    tables: Mapping[str, Any] | None = None,
    out: Path | None = None,
    triggers: Sequence[str] = (),
) -> Application:
    """Discover what a source declares, or what runs in the account that it names.

    `tables` are those of faasfuzz.toml which say what may be looked at there, read when not given;
    the audit log goes to `out`. `GLOB=ID` among `triggers` gives functions a trigger that nothing
    declares. Raises UsageError.
    """
    templates = tuple(catalogue.templates.values())
    if is_address(source):
        from harness.discovery.live import discover_live  # with the AWS SDK, for this alone

        settings = stored_tables() if tables is None else tables
        found = discover_live(
            source, settings=settings, templates=templates, out=out or Path("faasfuzz-out")
        )
        return _with_triggers(found, triggers)
    if is_url(source):
        from harness.cli.documents import fetched  # what speaks HTTP is slow to load

        found = fetched(source, stored_tables() if tables is None else tables, templates)
        return _with_triggers(found, triggers)
    if not source.exists():
        raise UsageError(
            "no such file or folder", path=source, mend="name a template or the folder holding it"
        )
    return _with_triggers(discover(source, parameters=parameters, templates=templates), triggers)


def _with_triggers(application: Application, asked: Sequence[str]) -> Application:
    """The application, with `GLOB=ID` of `--trigger` among the triggers of the functions meant."""
    given = [(glob, id) for glob, equals, id in (a.rpartition("=") for a in asked) if equals]
    for glob, id in given:
        if not any(fnmatchcase(f.name, glob) for f in application.functions):
            raise UsageError(
                f"--trigger {glob}={id}: no function is called so",
                mend=f"there are {', '.join(f.name for f in application.functions)}",
            )
    functions = tuple(_with(function, given) for function in application.functions)
    return replace(application, functions=functions) if given else application


def _with(function: Function, given: Sequence[tuple[str, str]]) -> Function:
    known = {trigger.template for trigger in function.triggers}
    more = tuple(
        Trigger(template=id, facts={"function_name": function.name})
        for glob, id in dict.fromkeys(given)
        if fnmatchcase(function.name, glob) and id not in known
    )
    return replace(function, triggers=(*function.triggers, *more))
