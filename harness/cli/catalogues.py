"""`faasfuzz payloads` and `rules`: the catalogues, listed, shown and checked."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.catalogue.paths import data_folder, rules_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.rules import load_rules
from harness.errors import UsageError
from harness.model import Address, Payload, Rule

Row = Callable[[Any], tuple[str, ...]]


def _payload_rows(payload: Payload) -> tuple[str, ...]:
    return (payload.id, payload.context, str(payload.template)[:80])


def _rule_rows(rule: Rule) -> tuple[str, ...]:
    cwe = ", ".join(f"CWE-{number}" for number in rule.cwe)
    return (rule.id, rule.severity, cwe, rule.sas, rule.title)


def plain(value: Any) -> Any:
    """A catalogue entry as JSON values; addresses in their text form."""
    if isinstance(value, Address):
        return str(value)
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def listing(entries: Iterable[Any], columns: tuple[str, ...], row: Row, *, as_json: bool) -> None:
    """Print entries as a table, or as JSON with all that they hold."""
    if as_json:
        click.echo(json.dumps([plain(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    table = Table(*columns)
    for entry in entries:
        table.add_row(*(escape(cell) for cell in row(entry)))
    Console(highlight=False).print(table)


def shown(entries: Iterable[Any], id: str) -> None:
    """Print one entry as JSON. Raises UsageError."""
    known = {entry.id: entry for entry in entries}
    if id not in known:
        near = [other for other in known if id in other]
        raise UsageError(f"no such id {id!r}", mend=f"near are {', '.join(near)}" if near else "")
    click.echo(json.dumps(plain(known[id]), indent=2, ensure_ascii=False))


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def payloads(context: click.Context, as_json: bool) -> None:
    """The payloads, by rule."""
    if context.invoked_subcommand is None:
        entries = load_payloads(data_folder("payloads"))
        listing(entries, ("id", "context", "payload"), _payload_rows, as_json=as_json)


@payloads.command("show")
@click.argument("id")
def show_payload(id: str) -> None:
    """Print one payload as JSON."""
    shown(load_payloads(data_folder("payloads")), id)


@payloads.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def check_payloads(path: Path) -> None:
    """Validate your own payloads in the folder PATH."""
    click.echo(f"{len(load_payloads(existing_folder(path)))} payloads are fine")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def rules(context: click.Context, as_json: bool) -> None:
    """The rules that findings are reported under."""
    if context.invoked_subcommand is None:
        entries = load_rules(rules_folder()).values()
        listing(entries, ("id", "severity", "CWE", "risk", "title"), _rule_rows, as_json=as_json)


@rules.command("show")
@click.argument("id")
def show_rule(id: str) -> None:
    """Print one rule as JSON."""
    shown(load_rules(rules_folder()).values(), id)


@rules.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def check_rules(path: Path) -> None:
    """Validate your own rules in the folder PATH."""
    click.echo(f"{len(load_rules(existing_folder(path)))} rules are fine")


def existing_folder(path: Path) -> Path:
    """The path itself. Raises UsageError."""
    if not path.is_dir():
        raise UsageError("no such folder", path=path, mend="name a folder of YAML files")
    return path
