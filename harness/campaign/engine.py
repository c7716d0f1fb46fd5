"""The engine: hands jobs to workers, writes the store, tells listeners."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from signal import SIGINT, getsignal, signal

from harness.campaign.account import Account, planned, reached
from harness.campaign.agenda import Agenda, Stored
from harness.campaign.cluster import ClusterPool
from harness.campaign.config import RunConfig
from harness.campaign.jobs import Earlier, Job
from harness.campaign.moments import (
    CampaignStarted,
    Checkpoint,
    FindingConfirmed,
    FunctionFinished,
    Moment,
    WorkerFailed,
)
from harness.campaign.order import by_control
from harness.campaign.pool import Ended, LocalPool, Lost, Pool, Told
from harness.campaign.posture import posture_findings, subject
from harness.campaign.store import Store, now
from harness.campaign.workplace import Catalogue, Workplace, limited
from harness.events.coverage import gaps
from harness.model import Application, CampaignReport, Finding, Function
from harness.targets.registry import lacking

Listen = Callable[[Moment], None]
Replays = Mapping[str, tuple[Finding, ...]]
# How long the workers may take to come to an end once they were told to.
_GRACE = 20.0
# When the time of the campaign is over, its jobs come to an end by themselves, after the call that
# runs. Those that have not done so this many seconds later are told to, and then are ended.
_OVERTIME, _LATE = 2.0, 4.0
_CUT_OFF = "a call did not end in the time that --max-time left"


def run_campaign(
    config: RunConfig,
    application: Application,
    catalogue: Catalogue,
    store: Store,
    listen: Listen,
    *,
    replays: Replays | None = None,
) -> CampaignReport:
    """Run a campaign to its end, its budget's end, or Ctrl-C. The store holds all of it.

    `replays` are findings of earlier campaigns, by function: they are looked at first.
    """
    workplace = Workplace(
        config=config, application=application, catalogue=limited(catalogue, config)
    )
    pool: Pool = LocalPool(workplace, config.workers)
    if config.cluster is not None:
        pool = ClusterPool(workplace, config.cluster, config.workers)
    campaign = _Campaign(config, application, catalogue, store, listen, pool)
    with closing(pool):
        interrupted = campaign.run(replays or {})
    store.put("finished", now())
    verdict = _verdict(store, interrupted=interrupted)
    store.put("verdict", verdict)
    return store.report(verdict)


class _Interrupts:
    """Counts Ctrl-C instead of raising wherever the coordinator happens to be.

    The first tells the workers to stop, so that what was done is stored and reported; the second
    ends the wait for them.
    """

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> "_Interrupts":
        self._before = getsignal(SIGINT)
        signal(SIGINT, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        signal(SIGINT, self._before)

    def _interrupted(self, *_: object) -> None:
        self.count += 1


class _Campaign:
    """One run of the coordinator's loop."""

    def __init__(
        self,
        config: RunConfig,
        application: Application,
        catalogue: Catalogue,
        store: Store,
        listen: Listen,
        pool: Pool,
    ) -> None:
        self._config = config
        self._application = application
        self._catalogue = catalogue
        self._store = store
        self._listen = listen
        self._pool = pool
        self._last: dict[str, Account] = {}

    def run(self, replays: Replays) -> bool:
        """Returns whether the user interrupted."""
        config, store = self._config, self._store
        asked = config.selected(self._application)
        templates = self._catalogue.templates
        triggers = {f.name: config.triggers_of(f, templates) for f in asked}
        store.put("functions", [asdict(planned(f, triggers[f.name])) for f in asked])
        store.put("blind", sorted(lacking(config.target, config.target_options)))
        session = int(store.get("sessions", 0))
        store.put("sessions", session + 1)
        functions = [f for f in asked if not self._lookup(f.name).complete]
        names = tuple(f.name for f in by_control(functions, templates))
        if session:
            replays = self._found_before(names)
        agenda = Agenda(
            functions=names,
            workers=config.workers,
            deadline=None if config.max_time is None else time.monotonic() + config.max_time,
            invocations=config.max_invocations,
            lookup=self._lookup,
            replays=replays,
            attempt=session * 1000,
        )
        self._listen(
            CampaignStarted(id=store.get("id"), application=self._application, functions=names)
        )
        with _Interrupts() as interrupts:
            self._loop(agenda, interrupts)
        for function in asked:
            lines = reached(store.accounts(function.name)).lines
            if lines and function.code is not None:
                store.put_coverage(function.name, gaps(function.code, lines))
            self._judge_posture(function)
        return interrupts.count > 0

    def _judge_posture(self, function: Function) -> None:
        store, name = self._store, function.name
        seen = subject(self._application, function, store.accounts(name), store.coverage(name))
        for finding in posture_findings(seen, limited(self._catalogue, self._config).rules):
            self._keep(FindingConfirmed(finding=finding))

    def _loop(self, agenda: Agenda, interrupts: _Interrupts) -> None:
        give_up: float | None = None
        while not agenda.over:
            while self._pool.free and (job := agenda.next(self._pool.suits)) is not None:
                self._pool.submit(job)
            for event in self._pool.events(0.5):
                if isinstance(event, Told):
                    self._keep(event.moment)
                elif isinstance(event, Ended):
                    self._ended(agenda, event.job)
                else:
                    self._lost(agenda, event)
            if (interrupts.count or agenda.overdue(_OVERTIME)) and give_up is None:
                give_up = time.monotonic() + (_GRACE if interrupts.count else _LATE)
                agenda.clear()
                self._pool.stop()
            if interrupts.count > 1 or (give_up is not None and time.monotonic() > give_up):
                self._cut_off(agenda, "interrupted" if interrupts.count else _CUT_OFF)
                return

    def _cut_off(self, agenda: Agenda, reason: str) -> None:
        """End what still runs; a function is told to be over once."""
        self._pool.end()
        for job in agenda.running.values():
            self._given_up(job, reason)
        for function in dict.fromkeys(job.function for job in agenda.running.values()):
            self._finished(function)

    def _lookup(self, function: str) -> Stored:
        return Stored(
            accounts=self._store.accounts(function),
            cells=self._store.cells(function),
            earlier=tuple(Earlier.of(f) for f in self._store.findings(function)),
        )

    def _found_before(self, functions: Sequence[str]) -> Replays:
        """Findings of this campaign's earlier sessions; they may not have been shrunk."""
        return {name: self._store.findings(name) for name in functions}

    def _keep(self, moment: Moment) -> None:
        if isinstance(moment, FindingConfirmed):
            self._store.put_finding(moment.finding)
        elif isinstance(moment, Checkpoint):
            self._last[moment.job] = moment.account
            self._store.put_checkpoint(moment.job, moment.function, moment.account, moment.cells)
        elif isinstance(moment, WorkerFailed):
            self._store.put("notes", [*self._store.get("notes", []), moment.reason])
            self._given_up(moment.job, "a worker failed by a bug of faasfuzz: see the notes")
        self._listen(moment)

    def _ended(self, agenda: Agenda, job: Job) -> None:
        if agenda.ended(job, self._last.pop(job.key, None)):
            self._finished(job.function)

    def _lost(self, agenda: Agenda, lost: Lost) -> None:
        self._listen(WorkerFailed(job=lost.job, reason=lost.reason))
        if not agenda.lost(lost.job):
            self._given_up(lost.job, lost.reason)

    def _given_up(self, job: Job, reason: str) -> None:
        account = Account(
            phase=job.phase,
            shard=job.shard,
            shards=job.shards,
            attempt=job.attempt,
            reason=reason,
        )
        self._store.put_checkpoint(f"{job.key}|given up", job.function, account, ())

    def _finished(self, function: str) -> None:
        self._listen(FunctionFinished(summary=self._store.function(function)))


def _verdict(store: Store, *, interrupted: bool) -> str:
    if interrupted:
        return "interrupted"
    if store.findings():
        return "findings"
    return "clean" if all(s.tested for s in store.functions()) else "untested"
