"""What the fixture does: a campaign on one function, judged as a test."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from harness.campaign.baseline import load_known
from harness.campaign.config import RunConfig
from harness.campaign.engine import run_campaign
from harness.campaign.replay import Replayed, replay
from harness.campaign.store import Store
from harness.cli.durations import DURATION
from harness.cli.loading import load_application, load_catalogue
from harness.cli.settings import load_settings
from harness.discovery.describe import describe
from harness.errors import FaasfuzzError, UsageError
from harness.model import CampaignReport, Severity
from harness.pytest_plugin.telling import told_findings, told_replay
from harness.pytest_plugin.yesterday import Yesterday, read_finding
from harness.reports import write_reports

# Invocations for each of the profile's max_examples: 1,000 with Hypothesis' default of 100.
_INVOCATIONS_PER_EXAMPLE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """The fixture's value. `defaults` come from the marker; arguments of a call win over them.

    `folders` are where a relative path may lie: the test's own folder, then pytest's root.
    """

    test: str
    folders: Sequence[Path]
    out: Path
    hypothesis_seed: str | None
    defaults: Mapping[str, Any]

    def check(self, source: str | Path | None = None, **options: Any) -> CampaignReport:
        """Fuzz the functions of `source`; the test fails when something is found.

        Options: `function` (a name or glob, or several), `rules`, `triggers`, `max_invocations`
        (per function; by default ten for each of the Hypothesis profile's `max_examples`),
        `max_time` ("30s" or seconds), `seed`, `fail_on` (default low), `baseline`, `payloads`,
        `templates`, `parameters`, `client`, `workers`, `stop_at_first_match`. A function that could
        not be tested fails the test as well: its silence says nothing.

        What the test found in an earlier run is kept in Hypothesis' example database and replayed
        first. Returns the campaign's report when nothing fails.
        """
        __tracebackhide__ = True
        try:
            return self._check({**self.defaults, **options}, source)
        except FaasfuzzError as error:
            pytest.fail(f"faasfuzz: {error}", pytrace=False)

    def replay(self, finding: str | Path, *, source: str | Path | None = None) -> None:
        """Send a finding's smallest event again; the test fails while the witness shows.

        `finding` is a file that `faasfuzz export` wrote. `source` names the application where it
        has moved since.
        """
        __tracebackhide__ = True
        try:
            found, stored = read_finding(self._path(finding))
            config, _ = self._config(dict(self.defaults), self._source(source or stored))
            catalogue = load_catalogue(config.payloads, config.templates)
            application = load_application(
                config.source, catalogue, config.parameters, triggers=config.triggers
            )
            result = replay(found, config, application, catalogue)
        except FaasfuzzError as error:
            pytest.fail(f"faasfuzz: {error}", pytrace=False)
        if result.result is not Replayed.FIXED:
            pytest.fail(told_replay(found, result), pytrace=False)

    def _check(self, options: dict[str, Any], source: str | Path | None) -> CampaignReport:
        config, rest = self._config(options, self._source(source or options.get("source")))
        catalogue = load_catalogue(config.payloads, config.templates)
        for rule in config.rules:
            if rule not in catalogue.rules:
                raise UsageError(f"no rule {rule!r}", mend="see faasfuzz rules")
        application = load_application(
            config.source, catalogue, config.parameters, triggers=config.triggers
        )
        if not config.selected(application):
            names = ", ".join(f.name for f in application.functions) or "none"
            raise UsageError(
                "no function to test", path=config.source, mend=f"it declares: {names}"
            )
        accepted = self._accepted(rest["baseline"])
        worst = Severity(rest["fail_on"]).rank
        yesterday = Yesterday(settings().database, self.test)
        for finding in yesterday.findings():
            if finding.id in accepted:
                continue
            again = replay(finding, config, application, catalogue)
            if again.result is Replayed.FAILED:
                pytest.fail(told_replay(finding, again), pytrace=False)
            yesterday.forget(finding)
        with Store(config.out / "campaign.db") as store:
            store.begin(config.out.name, config, application.name, describe(application))
            report = run_campaign(config, application, catalogue, store, lambda _: None)
        if report.verdict == "interrupted":
            raise KeyboardInterrupt
        write_reports(report, catalogue.rules, config.out, ("html", "json"))
        failing = [f for f in report.findings if f.severity.rank <= worst and f.id not in accepted]
        yesterday.remember(failing)
        untested = [f for f in report.functions if not f.tested]
        if failing or untested:
            told = told_findings(report, failing, untested, catalogue.rules, config.out)
            pytest.fail(told, pytrace=False)
        return report

    def _config(self, options: dict[str, Any], source: Path) -> tuple[RunConfig, dict[str, Any]]:
        """The campaign's options, and those that only a test has. Raises UsageError."""
        stored = load_settings(None, self.folders[-1])
        names = ("payloads", "templates", "client")
        given: dict[str, Any] = {name: stored[name] for name in names if name in stored}
        given.update(options)
        given.pop("source", None)
        rest = {"baseline": given.pop("baseline", None), "fail_on": given.pop("fail_on", "low")}
        if rest["fail_on"] not in list(Severity):
            raise UsageError(f"fail_on: no severity {rest['fail_on']!r}", mend="low, high, ...")
        several = {
            name: _several(given.pop(name, ())) for name in ("function", "rules", "triggers")
        }
        folders = {
            name: self._path(given.pop(name)) if given.get(name) else None
            for name in ("payloads", "templates")
        }
        max_time = given.pop("max_time", None)
        seed = given.pop("seed", None)
        profile = settings()
        out = self.out / f"campaign-{len(list(self.out.iterdir())) + 1}"
        config = RunConfig(
            source=source,
            out=out,
            functions=several["function"],
            rules=several["rules"],
            triggers=several["triggers"],
            max_time=None if max_time is None else DURATION.convert(max_time, None, None),
            max_invocations=given.pop("max_invocations", None)
            or profile.max_examples * _INVOCATIONS_PER_EXAMPLE,
            workers=given.pop("workers", 1),
            seed=self._seed(profile) if seed is None else seed,
            payloads=folders["payloads"],
            templates=folders["templates"],
            parameters=given.pop("parameters", {}),
            client=given.pop("client", "fast"),
            stop_at_first_match=given.pop("stop_at_first_match", False),
        )
        if given:
            raise UsageError(f"unknown option {min(given)!r}", mend="see the docs of the fixture")
        return config, rest

    def _seed(self, profile: settings) -> int:
        """The same each time where the profile is derandomized or pytest was given a seed."""
        if self.hypothesis_seed not in (None, "random"):
            text = str(self.hypothesis_seed)
        elif profile.derandomize:
            text = self.test
        else:
            return secrets.randbelow(2**32)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

    def _source(self, source: object) -> Path:
        if not isinstance(source, (str, Path)) or not str(source):
            raise UsageError("no source", mend="name the template in check() or in the marker")
        return self._path(source)

    def _path(self, path: str | Path) -> Path:
        """A path relative to the test's folder, or else to pytest's root. Raises UsageError."""
        for folder in self.folders:
            if (folder / path).exists():
                return (folder / path).resolve()
        raise UsageError("no such file or folder", path=path, mend=f"looked in {self.folders[0]}")

    def _accepted(self, baseline: str | Path | None) -> frozenset[str]:
        if baseline is None:
            return frozenset()
        today = date.today()
        return frozenset(
            id for id, known in load_known(self._path(baseline)).items() if known.holds(today)
        )


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
