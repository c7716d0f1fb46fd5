"""The target's own options: its table in the settings, then `--target-option`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from harness.cli.settings import load_settings
from harness.errors import TargetError, UsageError
from harness.model import Application
from harness.targets.base import Setup
from harness.targets.registry import names, provider

target_option: Callable[[Any], Any] = click.option(
    "--target-option",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the target; the same as in its table in faasfuzz.toml, such as [docker].",
)


def assigned(option: str, given: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE texts as a mapping. Raises UsageError."""
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{option} {text}: no value", mend="write NAME=VALUE")
        values[name] = value
    return values


def split_tables(settings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings without the targets' tables, and those by target. Raises UsageError."""
    known = names()
    tables = {name: value for name, value in settings.items() if name in known}
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            raise UsageError(
                f"[{name}] is no table", path="faasfuzz.toml", mend="write name = value"
            )
    return {name: value for name, value in settings.items() if name not in known}, tables


def checked(
    name: str,
    application: Application,
    client: str,
    tables: Mapping[str, Any],
    given: Mapping[str, Any],
    out: Path,
) -> Setup:
    """What the campaign says to its target, once that has looked at it. Raises UsageError."""
    options = {**tables.get(name, {}), **given}
    setup = provider(name).check(
        Setup(application=application, client=client, options=options, out=out)
    )
    server = setup.options.get("interactsh")
    if server and not setup.options.get("dry_run"):
        _answers(server, setup.options.get("interactsh_token") or "")
    return setup


def _answers(server: str, token: str) -> None:
    """Have a session with the server once. Raises UsageError when it gives none."""
    from harness.observers.interactsh import Interactsh  # what speaks HTTP is slow to load

    listener = Interactsh(server, token)
    try:
        listener.start()
    except TargetError as error:
        told, _, mend = str(error).partition("; ")
        raise UsageError(told, mend=mend) from error
    finally:
        listener.stop()


def stored_tables() -> dict[str, Any]:
    """The targets' tables that apply in this folder. Raises UsageError."""
    return split_tables(load_settings(None, Path.cwd()))[1]
