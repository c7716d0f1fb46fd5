"""A campaign from the command's parameters, and the exit code of what it found."""

import os
import secrets
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from harness.campaign.baseline import load_known
from harness.campaign.config import Isolation, RunConfig
from harness.campaign.corpus import add_to_corpus, load_corpus
from harness.campaign.engine import run_campaign
from harness.campaign.store import Store
from harness.cli.comparison import compared
from harness.cli.dry_run import planned
from harness.cli.loading import load_application, load_catalogue
from harness.cli.progress import Teller
from harness.cli.targets import assigned, checked
from harness.deployed.address import located
from harness.discovery.describe import describe
from harness.errors import UsageError
from harness.model import CampaignReport, Severity
from harness.reports import write_reports
from harness.targets.registry import provider

# What lists the ids that an option takes.
_LISTS = {"rule": "rules", "trigger": "templates"}
FORMATS = ("html", "json", "sarif", "junit", "markdown")


def campaign(params: dict[str, Any]) -> int:
    """A campaign from checked parameters; returns the exit code. Raises UsageError."""
    catalogue = load_catalogue(params["payloads"], params["templates"])
    for option, known in (("rule", catalogue.rules), ("trigger", catalogue.templates)):
        for name in params[option]:
            if name.rpartition("=")[2] not in known:
                raise UsageError(
                    f"--{option} {name}: no such id", mend=f"see faasfuzz {_LISTS[option]}"
                )
    today = date.today()
    baseline = load_known(params["baseline"]) if params["baseline"] else {}
    parameters = assigned("--parameter", params["parameter"])
    resumed = params["resume"]
    identity = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    out: Path = params["out"] or Path("faasfuzz-out") / identity
    seed: int | None = params["seed"]
    if resumed is not None:
        with Store.open(resumed) as stored:
            out = stored.path.parent
            identity = stored.get("id")
            seed = stored.get("configuration")["seed"] if seed is None else seed
    tables = params.get("tables", {})
    application = load_application(
        params["source"],
        catalogue,
        parameters,
        tables=tables,
        out=out,
        triggers=params["trigger"],
    )
    way = provider(params["target"])
    if way.deployed and params.get("cluster"):
        raise UsageError(
            f"--cluster: the caps of --target {way.name} hold on one machine only",
            mend="use --workers",
        )
    setup = checked(
        params["target"],
        application,
        params["client"],
        tables,
        assigned("--target-option", params.get("target_option", ())),
        out,
    )
    application = setup.application
    config = RunConfig(
        source=located(params["source"]),
        out=out,
        functions=params["function"],
        triggers=params["trigger"],
        rules=params["rule"],
        target=params["target"],
        target_options=setup.options,
        secret_options=way.secret,
        client=params["client"],
        max_time=params["max_time"],
        max_invocations=params["max_invocations"],
        workers=params["workers"] or os.cpu_count() or 1,
        isolation=Isolation(params.get("isolation", Isolation.AUTO)),
        stop_at_first_match=params.get("stop_at_first_match", False),
        cluster=params.get("cluster"),
        seed=secrets.randbelow(2**32) if seed is None else seed,
        payloads=params["payloads"],
        templates=params["templates"],
        parameters=parameters,
    )
    selected = config.selected(application)
    if not selected:
        names = ", ".join(f.name for f in application.functions) or "none"
        raise UsageError("no function to test", path=config.source, mend=f"it declares: {names}")
    cap = config.target_options.get("max_calls")
    if config.max_invocations is None and cap is not None:
        # Shared out, or learning the first function's events might take all that there is.
        config = replace(config, max_invocations=max(1, cap // len(selected)))
    if way.deployed and config.target_options.get("dry_run"):
        for line in planned(config, application, catalogue):
            click.echo(line)
        return 0
    corpus: Path | None = params.get("corpus") or (None if params["out"] else out.parent / "corpus")
    replays = load_corpus(corpus) if corpus is not None else {}
    try:
        if resumed is None:
            # A campaign is never mixed with an older one that was in the same folder.
            for name in ("campaign.db", "campaign.db-wal", "campaign.db-shm"):
                (out / name).unlink(missing_ok=True)
        store = Store(out / "campaign.db")
    except OSError as error:
        raise UsageError(
            f"cannot write here ({error.strerror})", path=out, mend="check --out"
        ) from error
    with (
        store,
        Teller(
            quiet=params["quiet"], live=not params["no_progress"], limit=params["max_time"]
        ) as teller,
    ):
        if resumed is None:
            store.begin(identity, config, application.name, describe(application))
            if way.deployed:
                store.put("notes", list(application.notes))
        report = run_campaign(config, application, catalogue, store, teller.listen, replays=replays)
        if corpus is not None:
            add_to_corpus(corpus, report.findings)
        if baseline:
            report = compared(report, baseline, str(params["baseline"]), today)
        write_reports(report, catalogue.rules, out, FORMATS)
        teller.finish(report, out)
    accepted = frozenset(id for id, known in baseline.items() if known.holds(today))
    return exit_code(report, params["fail_on"], accepted)


def exit_code(report: CampaignReport, fail_on: str, accepted: frozenset[str]) -> int:
    """The contract's exit code: interrupted, findings, untested, clean - in this order."""
    if report.verdict == "interrupted":
        return 130
    if fail_on != "never":
        worst = Severity(fail_on).rank
        if any(f.severity.rank <= worst and f.id not in accepted for f in report.findings):
            return 1
    return 0 if all(function.tested for function in report.functions) else 3
