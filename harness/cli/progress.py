"""Telling people how a campaign goes: a live display on a terminal, plain lines in a log."""

import sys
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from harness.campaign.moments import (
    CampaignStarted,
    Checkpoint,
    FindingConfirmed,
    FunctionFinished,
    JobStarted,
    Moment,
    WorkerFailed,
)
from harness.model import CampaignReport, Finding

_COLOURS = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}


class Teller:
    """Listens to moments and prints them to stderr; the report's place goes to stdout."""

    def __init__(self, *, quiet: bool, live: bool) -> None:
        self._console = Console(stderr=True, quiet=quiet, soft_wrap=True, highlight=False)
        self._quiet = quiet
        self._live = live and not quiet and self._console.is_terminal
        self._counts: dict[str, tuple[int, int]] = {}
        self._told: set[str] = set()
        self._total = 0
        self._started = time.monotonic()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed}/{task.total} functions"),
            TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._live,
        )
        self._task = self._bar.add_task("starting", total=None, counts="")

    def __enter__(self) -> "Teller":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def listen(self, moment: Moment) -> None:
        """Print one moment."""
        if isinstance(moment, CampaignStarted):
            self._total = len(moment.functions)
            self._bar.update(self._task, total=self._total, description="fuzzing")
            self._console.print(
                f"campaign [bold]{escape(moment.id)}[/]: {self._total} functions of "
                f"{escape(moment.application.name)}"
            )
        elif isinstance(moment, JobStarted):
            self._bar.update(self._task, description=f"fuzzing {escape(visible(moment.function))}")
        elif isinstance(moment, Checkpoint):
            trials = sum(moment.account.trials.values())
            self._counts[moment.job] = (moment.account.invocations, trials)
            self._bar.update(self._task, counts=self._rates())
        elif isinstance(moment, FindingConfirmed):
            self._finding(moment.finding)
        elif isinstance(moment, FunctionFinished):
            summary = moment.summary
            self._bar.advance(self._task)
            told = f"{summary.trials} trials in {summary.invocations} invocations"
            if not summary.tested:
                told = f"[yellow]not tested[/]: {escape(visible(summary.reason))}"
            self._console.print(f"  {escape(summary.name)}: {told}, {summary.seconds:.1f} s")
        elif isinstance(moment, WorkerFailed):
            self._console.print(f"[red]a worker failed[/] at {escape(moment.job.function)}:")
            self._console.print(escape(visible(moment.reason)))

    def finish(self, report: CampaignReport, out: Path) -> None:
        """The last lines: counts, and where the report is."""
        self._bar.stop()
        counts = ", ".join(
            f"{number} {severity}"
            for severity in _COLOURS
            if (number := sum(f.severity == severity for f in report.findings))
        )
        if report.invocations:
            self._console.print(_figures(report))
        untested = [f.name for f in report.functions if not f.tested]
        self._console.print(
            f"{report.verdict}: {len(report.findings)} findings ({counts or 'none'}), "
            f"{report.trials} trials in {report.invocations} invocations, seed {report.seed}"
        )
        if untested:
            self._console.print(f"[yellow]not tested[/]: {escape(', '.join(untested))}")
        sys.stdout.write(f"report: {out / 'report.html'}\n")

    def _finding(self, finding: Finding) -> None:
        if finding.id in self._told:
            return
        self._told.add(finding.id)
        sink = f" at {finding.sink.file}:{finding.sink.line}" if finding.sink else ""
        self._console.print(
            f"[{_COLOURS[finding.severity]}]{finding.severity:>8}[/] {finding.rule} in "
            f"[bold]{escape(finding.function)}[/] by {escape(visible(finding.insertion_point))}"
            f"{escape(visible(sink))} [dim]({finding.confidence}, {finding.id})[/]"
        )

    def _rates(self) -> str:
        invocations = sum(pair[0] for pair in self._counts.values())
        trials = sum(pair[1] for pair in self._counts.values())
        seconds = max(time.monotonic() - self._started, 0.001)
        return f"{invocations} calls ({invocations / seconds:.0f}/s), {trials} trials"


def _figures(report: CampaignReport) -> str:
    """The headline figures: trials a call carried, and calls until a finding showed."""
    told = f"{report.trials / report.invocations:.2f} trials per invocation"
    if report.findings:
        needed = median(finding.invocations_to_detect for finding in report.findings)
        told += f", a median of {needed:.0f} invocations to detect a finding"
    return told


def visible(text: str) -> str:
    """Text of the function under test, with control characters made harmless for a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
