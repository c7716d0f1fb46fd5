"""A worker: a process with a local cloud, listener and runtimes, taking functions in turn."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from harness.campaign.account import Account
from harness.campaign.budget import Budget
from harness.campaign.chains import Chains
from harness.campaign.config import Isolation
from harness.campaign.function_run import FunctionRun
from harness.campaign.jobs import Job, Phase, Reached
from harness.campaign.judge import Oracle
from harness.campaign.moments import Checkpoint, JobStarted, Moment
from harness.campaign.novelty import Learnt
from harness.campaign.probe import Probe
from harness.campaign.workplace import Workplace, setup
from harness.errors import TargetError
from harness.model import Function
from harness.observers.absent import NoCloud
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import DecoyFiles, make_decoys
from harness.observers.environment import environment_decoys
from harness.observers.interactsh import Interactsh
from harness.observers.listener import Listener
from harness.observers.outpost import Outpost
from harness.oracles import OracleContext, all_oracles
from harness.targets import base as targets
from harness.targets.base import Elsewhere, Posted, Target, Targets
from harness.targets.registry import provider

# Outside of /tmp: runtimes have a /tmp of their own.
_DECOYS = Path("/var/tmp")
# Functions whose learnt shapes a worker keeps for their later jobs.
_LEARNT = 256
# Runtimes of other functions that are kept warm for chains.
_OTHERS = 8
# Functions whose runtimes are kept warm for their later jobs: each is a process or two.
_WARM = 6


class Worker:
    """Does jobs one after another. Use as a context manager."""

    def __init__(self, workplace: Workplace, stopped: Callable[[], bool] = lambda: False) -> None:
        self._workplace = workplace
        self._stopped = stopped
        self._learnt: dict[str, tuple[Learnt, ...]] = {}
        self._warm: dict[str, Target] = {}
        self._stack = ExitStack()
        self._unopened = ""

    def __enter__(self) -> "Worker":
        workplace = self._workplace
        self._way = provider(workplace.config.target)
        self._files = DecoyFiles(_DECOYS)
        self._stack.callback(self._files.clear)
        told = replace(setup(workplace), decoys=self._files.folder)
        try:
            self._targets: Targets = self._stack.enter_context(self._way.open(told))
        except TargetError as error:
            self._unopened = str(error)
        self._elsewhere = self._found_elsewhere()
        host = "127.0.0.1" if self._elsewhere is None else self._elsewhere.host
        self._listener = self._start_listener(host)
        self._stack.callback(self._listener.stop)
        decoys = make_decoys(random.Random(workplace.config.seed))
        self._chains = Chains(workplace.application, workplace.catalogue.templates)
        self._cloud: LocalCloud | NoCloud = self._start_cloud(decoys, host)
        return self

    def _found_elsewhere(self) -> Elsewhere | None:
        if self._unopened or not isinstance(self._targets, Elsewhere):
            return None
        return self._targets

    def _start_listener(self, host: str) -> Listener | Outpost | Interactsh:
        if not self._unopened and isinstance(self._targets, Posted):
            place = self._targets.outpost
            if place is not None:
                outpost: Outpost | Interactsh
                if isinstance(place, targets.Interactsh):
                    outpost = Interactsh(place.url, place.token)
                else:
                    outpost = Outpost(place.url, place.log, place.key)
                try:
                    outpost.start()
                    return outpost
                except TargetError as error:
                    outpost.stop()
                    self._unopened = str(error)
        listener = Listener(host)
        listener.start()
        return listener

    def _start_cloud(self, decoys: Mapping[str, str], host: str) -> LocalCloud | NoCloud:
        if self._unopened:
            return NoCloud(None)
        if "cloud" in self._way.lacks:
            return NoCloud(self._targets.account)
        cloud = LocalCloud(self._workplace.application, decoys=decoys, host=host)
        cloud.start()
        self._stack.callback(cloud.stop)
        return cloud

    def __exit__(self, *_: object) -> None:
        # They go first, and the rest goes also when one of them does not.
        for target in self._warm.values():
            self._stack.callback(target.stop)
        self._stack.close()

    def run(self, job: Job, emit: Callable[[Moment], None]) -> None:
        """One job to its end; its last checkpoint says whether it is complete."""
        emit(JobStarted(job=job.key, function=job.function))
        function = next(f for f in self._workplace.application.functions if f.name == job.function)
        try:
            self._run(function, job, emit)
        except TargetError as error:
            emit(Checkpoint(job=job.key, function=job.function, account=given_up(job, error)))

    def _run(self, function: Function, job: Job, emit: Callable[[Moment], None]) -> None:
        workplace = self._workplace
        if self._unopened:
            raise TargetError(self._unopened)
        asked = workplace.config.triggers_of(function, workplace.catalogue.templates)
        if not asked:
            raise TargetError("none of its triggers was asked for by --trigger")
        refused = [self._targets.refuses(function, trigger) for trigger in asked]
        triggers = tuple(t for t, why in zip(asked, refused, strict=True) if not why)
        if not triggers:
            raise TargetError("; ".join(dict.fromkeys(refused)))
        again = job.phase is not Phase.EXPLORE
        with self.opened(function, job.reached, again=again) as (probe, oracles):
            probe.isolated = workplace.config.isolation is Isolation.FRESH
            while len(self._learnt) >= _LEARNT:
                self._learnt.pop(next(iter(self._learnt)))
            FunctionRun(
                function=function,
                job=job,
                catalogue=workplace.catalogue,
                probe=probe,
                oracles=oracles,
                budget=self._budget(job),
                seed=workplace.config.seed,
                isolation=workplace.config.isolation,
                once=workplace.config.stop_at_first_match,
                emit=emit,
                triggers=triggers,
                learnt=self._learnt,
            ).run()

    @contextmanager
    def opened(
        self, function: Function, reached: Reached | None = None, *, again: bool = False
    ) -> Iterator[tuple[Probe, Sequence[Oracle]]]:
        """A started target with its observers, and the oracles that judge it.

        When it will be wanted `again` it is kept as it is, if few others are: what a function costs
        most is its cold starts. Raises TargetError when the function's runtime cannot be had.
        """
        if self._unopened:
            raise TargetError(self._unopened)
        context = OracleContext(
            secrets={**self._cloud.secrets(), **environment_decoys(function)},
            strangers=self._cloud.strangers(),
            listener=self._listener.address,
            decoy_folder=str(self._files.folder),
            task_root=self._task_root(function),
        )
        warm = self._warm.pop(function.name, None)
        target = warm or self._target(function, coverage=True)
        try:
            if warm is None:
                target.start()
            with _Runtimes(self._target) as others:
                probe = Probe(
                    target,
                    self._cloud,
                    self._listener,
                    self._files,
                    reached=reached,
                    chains=self._chains,
                    others=others.of,
                )
                yield probe, all_oracles(context)
            if again and len(self._warm) < _WARM:
                self._warm[function.name] = target
        finally:
            if self._warm.get(function.name) is not target:
                target.stop()

    def _target(self, function: Function, *, coverage: bool = False) -> Target:
        return self._targets.of(function, environment=self._cloud.environment(), coverage=coverage)

    def _task_root(self, function: Function) -> str:
        if self._elsewhere is not None:
            return self._elsewhere.task_root(function)
        return str(function.code or "")

    def _budget(self, job: Job) -> Budget:
        deadline = None if job.seconds is None else time.monotonic() + job.seconds
        return Budget(deadline=deadline, invocations=job.invocations, stopped=self._stopped)


class _Runtimes:
    """Warm runtimes of the functions that chains lead to, started when they are first needed."""

    def __init__(self, make: Callable[[Function], Target]) -> None:
        self._make = make
        self._running: dict[str, Target] = {}

    def __enter__(self) -> "_Runtimes":
        return self

    def __exit__(self, *_: object) -> None:
        for target in self._running.values():
            target.stop()

    def of(self, function: Function) -> Target:
        """The function's runtime. Raises TargetError when it cannot be had."""
        if function.name not in self._running:
            while len(self._running) >= _OTHERS:
                self._running.pop(next(iter(self._running))).stop()
            target = self._make(function)
            target.start()
            self._running[function.name] = target
        return self._running[function.name]


def given_up(job: Job, error: Exception) -> Account:
    """The account of a job that could not be done."""
    return Account(
        phase=job.phase,
        shard=job.shard,
        shards=job.shards,
        attempt=job.attempt,
        reason=str(error),
        hopeless=True,
    )
