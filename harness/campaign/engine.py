"""The engine: shares functions out to worker processes, writes the store, tells listeners."""

import multiprocessing
import queue
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from signal import SIG_IGN, SIGINT, signal

from harness.campaign.config import RunConfig
from harness.campaign.function_run import Catalogue
from harness.campaign.moments import (
    CampaignStarted,
    CellsDone,
    FindingConfirmed,
    FunctionFinished,
    Moment,
    Progress,
    WorkerFailed,
)
from harness.campaign.store import Store, now
from harness.campaign.worker import Shard, Worker, limited
from harness.model import Application, CampaignReport, Function, FunctionSummary

Listen = Callable[[Moment], None]
# How long a worker that was told to stop may take to bring its runtime down.
_GRACE = 20.0


def run_campaign(
    config: RunConfig,
    application: Application,
    catalogue: Catalogue,
    store: Store,
    identity: str,
    listen: Listen,
) -> CampaignReport:
    """Run a campaign to its end, its budget's end, or Ctrl-C. The store holds all of it."""
    functions = [f for f in config.selected(application) if f.name not in _finished(store)]
    deadline = None if config.max_time is None else time.monotonic() + config.max_time
    workers = max(1, min(config.workers, len(functions)))
    known: dict[str, set[str]] = {}
    for finding in store.findings():
        known.setdefault(finding.function, set()).add(finding.id)
    shard = Shard(
        config=config,
        application=application,
        catalogue=limited(catalogue, config),
        deadline=deadline,
        workers=workers,
        done={f.name: store.cells(f.name) for f in functions},
        known={name: frozenset(ids) for name, ids in known.items()},
    )
    listen(
        CampaignStarted(
            id=identity, application=application, functions=tuple(f.name for f in functions)
        )
    )
    interrupted = _coordinate(shard, functions, workers, store, listen)
    store.put("finished", now())
    verdict = _verdict(store, interrupted=interrupted)
    store.put("verdict", verdict)
    return store.report(verdict)


class _Interrupts:
    """Counts Ctrl-C instead of raising wherever the coordinator happens to be.

    The first tells the workers to stop, so that what was done is stored and reported; the second
    ends the wait for them.
    """

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self.count = 0

    def __enter__(self) -> "_Interrupts":
        self._before = signal(SIGINT, self._interrupted)
        return self

    def __exit__(self, *_: object) -> None:
        signal(SIGINT, self._before)

    def _interrupted(self, *_: object) -> None:
        self.count += 1
        self._stop.set()


def _finished(store: Store) -> frozenset[str]:
    return frozenset(s.name for s in store.functions() if s.reason != "interrupted")


def _verdict(store: Store, *, interrupted: bool) -> str:
    if interrupted:
        return "interrupted"
    if store.findings():
        return "findings"
    return "clean" if all(s.tested for s in store.functions()) else "untested"


def _coordinate(
    shard: Shard, functions: Sequence[Function], workers: int, store: Store, listen: Listen
) -> bool:
    """Run the workers until their work is done. Returns whether the user interrupted."""
    context = multiprocessing.get_context("spawn")
    jobs: Queue[tuple[Function, int] | None] = context.Queue()
    moments: Queue[Moment | int] = context.Queue()
    stop = context.Event()
    for index, function in enumerate(functions):
        jobs.put((function, len(functions) - index))
    for _ in range(workers):
        jobs.put(None)
    processes = [
        context.Process(target=_work, args=(shard, jobs, moments, stop, number), daemon=False)
        for number in range(workers)
    ]
    for process in processes:
        process.start()
    running = dict(enumerate(processes))
    told: set[str] = set()
    give_up: float | None = None
    with _Interrupts(stop) as interrupts:
        while running:
            try:
                moment = moments.get(timeout=0.5)
            except queue.Empty:
                moment = None
            if isinstance(moment, int):
                running.pop(moment, None)
            elif moment is not None:
                _keep(store, moment)
                if isinstance(moment, FunctionFinished):
                    told.add(moment.summary.name)
                listen(moment)
            else:
                running = {n: process for n, process in running.items() if process.is_alive()}
            if interrupts.count and give_up is None:
                give_up = time.monotonic() + _GRACE
            if interrupts.count > 1 or (give_up is not None and time.monotonic() > give_up):
                break
        interrupted = interrupts.count > 0
    for process in processes:
        process.join(timeout=0.1 if interrupted else 5)
        if process.is_alive():
            process.kill()
    jobs.cancel_join_thread()
    _untold(functions, told, store, listen, interrupted=interrupted)
    return interrupted


def _untold(
    functions: Sequence[Function],
    told: set[str],
    store: Store,
    listen: Listen,
    *,
    interrupted: bool,
) -> None:
    """Functions that no worker finished are reported as such, never forgotten."""
    counts: Mapping[str, tuple[int, int]] = store.progress()
    for function in functions:
        if function.name in told:
            continue
        invocations, trials = counts.get(function.name, (0, 0))
        summary = FunctionSummary(
            name=function.name,
            runtime=function.runtime,
            handler=function.handler,
            triggers=tuple(t.template for t in function.triggers),
            invocations=invocations,
            trials=trials,
            reason="interrupted" if interrupted else "its worker process ended early",
            declared_in=function.declared_in,
            code=str(function.code or ""),
        )
        store.put_function(summary)
        listen(FunctionFinished(summary=summary))


def _keep(store: Store, moment: Moment) -> None:
    if isinstance(moment, FindingConfirmed):
        store.put_finding(moment.finding)
    elif isinstance(moment, FunctionFinished):
        store.put_function(moment.summary)
    elif isinstance(moment, CellsDone):
        store.put_cells(moment.function, moment.cells)
    elif isinstance(moment, Progress):
        store.put_progress(moment.function, moment.invocations, moment.trials)
    elif isinstance(moment, WorkerFailed):
        store.put("notes", [*store.get("notes", []), moment.reason])


def _work(
    shard: Shard,
    jobs: "Queue[tuple[Function, int] | None]",
    moments: "Queue[Moment | int]",
    stop: Event,
    number: int,
) -> None:
    """The body of a worker process. Ctrl-C reaches the coordinator, which tells us by `stop`."""
    signal(SIGINT, SIG_IGN)
    try:
        with Worker(shard, moments.put, stop.is_set) as worker:
            while not stop.is_set() and (job := jobs.get()) is not None:
                function, remaining = job
                try:
                    worker.run(function, remaining)
                except Exception:  # a bug of ours: told with its trace, the rest goes on
                    trace = traceback.format_exc(limit=-12)
                    moments.put(WorkerFailed(functions=(function.name,), reason=trace))
    except Exception:
        moments.put(WorkerFailed(functions=(), reason=traceback.format_exc(limit=-12)))
    finally:
        moments.put(number)
