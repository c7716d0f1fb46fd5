"""`faasfuzz replay`: a finding's smallest event once more."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from harness.campaign.config import RunConfig
from harness.campaign.replay import Replayed
from harness.campaign.replay import replay as replay_finding
from harness.campaign.store import Store
from harness.cli.loading import load_application, load_catalogue
from harness.cli.targets import assigned, checked, stored_tables, target_option
from harness.errors import UsageError
from harness.model import Finding

_EXIT = {Replayed.FAILED: 1, Replayed.FIXED: 0, Replayed.ERROR: 3}


@click.command()
@click.argument("finding")
@click.option(
    "--campaign",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The campaign that has it [default: the newest one in faasfuzz-out/ that does].",
)
@click.option("--source", type=click.Path(path_type=Path), help="The application, when it moved.")
@target_option
def replay(
    finding: str, campaign: Path | None, source: Path | None, target_option: tuple[str, ...]
) -> int:
    """Send the smallest event of FINDING again: FAILED (exit 1), FIXED (0) or ERROR (3).

    FINDING is an id, or the beginning of one.
    """
    found, configuration = find(finding, campaign)
    config = stored_config(configuration, source)
    catalogue = load_catalogue(config.payloads, config.templates)
    application = load_application(
        config.source, catalogue, config.parameters, out=config.out, triggers=config.triggers
    )
    setup = checked(
        config.target,
        application,
        config.client,
        stored_tables(),
        {**config.target_options, **assigned("--target-option", target_option)},
        config.out,
    )
    config = replace(config, target_options=setup.options)
    application = setup.application
    result = replay_finding(found, config, application, catalogue)
    click.echo(f"{result.result}: {found.rule} in {found.function}: {result.told}")
    return _EXIT[result.result]


def find(prefix: str, campaign: Path | None) -> tuple[Finding, dict[str, Any]]:
    """The finding and its campaign's configuration. Raises UsageError."""
    folders = [campaign] if campaign else newest_first(Path("faasfuzz-out"))
    for folder in folders:
        with Store.open(folder) as store:
            matches = [f for f in store.findings() if f.id.startswith(prefix)]
            if len(matches) > 1:
                names = ", ".join(f.id for f in matches)
                raise UsageError(f"{prefix} is the beginning of several findings", mend=names)
            if matches:
                return matches[0], store.get("configuration")
    raise UsageError(
        f"no finding {prefix!r} in {', '.join(str(f) for f in folders) or 'faasfuzz-out'}",
        mend="name its campaign with --campaign",
    )


def newest_first(folder: Path) -> list[Path]:
    """Campaign folders below a folder, the newest first."""
    stores = sorted(folder.glob("*/campaign.db"), key=lambda p: p.stat().st_mtime, reverse=True)
    return [store.parent for store in stores]


def stored_config(configuration: dict[str, Any], source: Path | None) -> RunConfig:
    """The options which a stored campaign ran with."""
    folder = {
        key: Path(configuration[key]) if configuration.get(key) else None
        for key in ("payloads", "templates")
    }
    return RunConfig(
        source=source or Path(configuration["source"]),
        out=Path(configuration["out"]),
        target=configuration["target"],
        target_options=configuration.get("target_options", {}),
        client=configuration["client"],
        seed=configuration["seed"],
        payloads=folder["payloads"],
        templates=folder["templates"],
        parameters=configuration["parameters"],
    )
