"""Telling people how a campaign goes: a live display on a terminal, plain lines in a log."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from harness.campaign.moments import (
    CampaignStarted,
    Checkpoint,
    FindingConfirmed,
    FunctionFinished,
    JobStarted,
    Moment,
    WorkerFailed,
)
from harness.cli.standing import Standing, clock_time
from harness.model import CampaignReport, Finding

_COLOURS = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}
# A log without a live display says how far the campaign is each so many seconds.
_PULSE = 30.0


class _Display(Progress):
    """A bar, and below it a line of words: both fit into 80 columns."""

    words = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar as ever, then the words."""
        yield self.make_tasks_table(self.tasks)
        if self.words:
            yield Text(self.words, no_wrap=True, overflow="ellipsis", style="dim")


class Teller:
    """Listens to moments and prints them to stderr; the report's place goes to stdout.

    `limit` is the campaign's `--max-time` in seconds.
    """

    def __init__(self, *, quiet: bool, live: bool, limit: float | None = None) -> None:
        self._console = Console(stderr=True, quiet=quiet, soft_wrap=True, highlight=False)
        self._quiet = quiet
        # FORCE_COLOR asks for colours in a log, not for a bar that redraws itself.
        self._live = live and not quiet and sys.stderr.isatty()
        self._standing = Standing(limit=limit)
        self._told: set[str] = set()
        self._total = 0
        self._started = self._pulse = time.monotonic()
        self._bar = _Display(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed}/{task.total} functions"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._live,
        )
        self._task = self._bar.add_task("starting", total=None)

    def __enter__(self) -> "Teller":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def listen(self, moment: Moment) -> None:
        """Print one moment."""
        if isinstance(moment, CampaignStarted):
            self._standing.started(moment)
            self._total = len(moment.functions)
            self._bar.update(self._task, total=self._total, description="fuzzing")
            self._console.print(
                f"campaign [bold]{escape(moment.id)}[/]: {self._total} functions of "
                f"{escape(moment.application.name)}"
            )
        elif isinstance(moment, JobStarted):
            self._bar.update(self._task, description=f"fuzzing {escape(visible(moment.function))}")
        elif isinstance(moment, Checkpoint):
            self._standing.checkpoint(moment)
            self._pulsed()
        elif isinstance(moment, FindingConfirmed):
            self._finding(moment.finding)
        elif isinstance(moment, FunctionFinished):
            summary = moment.summary
            self._bar.advance(self._task)
            told = f"{summary.trials} trials in {summary.invocations} invocations"
            if not summary.tested:
                told = f"[yellow]not tested[/]: {escape(visible(summary.reason))}"
            self._console.print(
                f"  {escape(visible(summary.name))}: {told}, {summary.seconds:.1f} s"
            )
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
        for id, day in sorted((report.comparison.expired if report.comparison else {}).items()):
            self._console.print(f"[yellow]accepted no more[/]: {escape(id)}, until {escape(day)}")
        if untested:
            self._console.print(f"[yellow]not tested[/]: {escape(', '.join(untested))}")
        sys.stdout.write(f"report: {out / 'report.html'}\n")

    def _finding(self, finding: Finding) -> None:
        if finding.id in self._told:
            return
        self._told.add(finding.id)
        by = f" by {finding.insertion_point}" if finding.insertion_point else ""
        sink = f" at {finding.sink.file}:{finding.sink.line}" if finding.sink else ""
        self._console.print(
            f"[{_COLOURS[finding.severity]}]{finding.severity:>8}[/] {finding.rule} in "
            f"[bold]{escape(visible(finding.function))}[/]{escape(visible(by))}"
            f"{escape(visible(sink))} [dim]({finding.confidence}, {finding.id})[/]"
        )

    def _pulsed(self) -> None:
        """How far the campaign is: on the live display each time, in a log now and then."""
        now = time.monotonic()
        if self._live:
            self._bar.words = self._standing.told()
        elif now - self._pulse >= _PULSE:
            self._pulse = now
            self._console.print(f"{clock_time(now - self._started):>8} {self._standing.told()}")


def _figures(report: CampaignReport) -> str:
    """The headline figures: trials a call carried, and calls until a finding showed."""
    told = f"{report.trials / report.invocations:.2f} trials per invocation"
    shown = [f.invocations_to_detect for f in report.findings if f.invocations_to_detect]
    if shown:
        needed = median(shown)
        told += f", a median of {needed:.0f} invocations to detect a finding"
    return told


def visible(text: str) -> str:
    """Text of the function under test, with control characters made harmless for a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
