"""What several commands need: the catalogue with the user's folders, a discovered source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.campaign.function_run import Catalogue
from harness.catalogue.paths import data_folder, rules_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.rules import load_rules
from harness.catalogue.templates import load_templates
from harness.cli.documents import fetched
from harness.cli.targets import stored_tables
from harness.deployed.address import is_address, is_url
from harness.discovery import discover
from harness.discovery.live import discover_live
from harness.errors import UsageError
from harness.model import Application


def load_catalogue(payloads: Path | None = None, templates: Path | None = None) -> Catalogue:
    """The catalogue; entries in the user's folders override ours by id. Raises UsageError."""
    for folder, option in ((payloads, "--payloads"), (templates, "--templates")):
        if folder is not None and not folder.is_dir():
            raise UsageError("no such folder", path=folder, mend=f"check {option}")
    own_templates = [templates] if templates else []
    own_payloads = [payloads] if payloads else []
    return Catalogue(
        templates={t.id: t for t in load_templates(data_folder("event_templates"), *own_templates)},
        payloads=load_payloads(data_folder("payloads"), *own_payloads),
        rules=load_rules(rules_folder()),
    )


def load_application(
    source: Path,
    catalogue: Catalogue,
    parameters: Mapping[str, str],
    *,
    tables: Mapping[str, Any] | None = None,
    out: Path | None = None,
) -> Application:
    """Discover what a source declares, or what runs in the account that it names.

    `tables` are those of faasfuzz.toml which say what may be looked at there, read when not given;
    the audit log goes to `out`. Raises UsageError.
    """
    if is_address(source):
        return discover_live(
            source,
            settings=stored_tables() if tables is None else tables,
            templates=tuple(catalogue.templates.values()),
            out=out or Path("faasfuzz-out"),
        )
    if is_url(source):
        known = tuple(catalogue.templates.values())
        return fetched(source, stored_tables() if tables is None else tables, known)
    if not source.exists():
        raise UsageError(
            "no such file or folder", path=source, mend="name a template or the folder holding it"
        )
    return discover(source, parameters=parameters, templates=tuple(catalogue.templates.values()))
