"""A worker: a process with a local cloud, listener and runtimes, taking functions in turn."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.campaign.budget import Budget
from harness.campaign.config import RunConfig
from harness.campaign.function_run import Catalogue, FunctionRun
from harness.campaign.judge import Oracle
from harness.campaign.moments import FunctionFinished, FunctionStarted, Moment
from harness.campaign.probe import Probe
from harness.errors import TargetError
from harness.model import Application, Function, FunctionSummary, Trigger
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import DecoyFiles, make_decoys
from harness.observers.environment import environment_decoys
from harness.observers.listener import Listener
from harness.oracles import OracleContext, all_oracles
from harness.targets.local import LocalTarget

DIRECT = "aws.lambda.direct-invoke"
# Outside of /tmp: runtimes have a /tmp of their own.
_DECOYS = Path("/var/tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What one worker needs to know. `done` and `known` are by function, for resuming."""

    config: RunConfig
    application: Application
    catalogue: Catalogue
    deadline: float | None
    workers: int
    done: Mapping[str, frozenset[str]]
    known: Mapping[str, frozenset[str]]


class Worker:
    """Runs functions one after another. Use as a context manager."""

    def __init__(
        self, shard: Shard, emit: Callable[[Moment], None], stopped: Callable[[], bool]
    ) -> None:
        self._shard = shard
        self._emit = emit
        self._stopped = stopped
        self._stack = ExitStack()

    def __enter__(self) -> "Worker":
        shard = self._shard
        self._listener = Listener()
        self._listener.start()
        self._stack.callback(self._listener.stop)
        self._files = DecoyFiles(_DECOYS)
        self._stack.callback(self._files.clear)
        decoys = make_decoys(random.Random(shard.config.seed))
        self._cloud = LocalCloud(shard.application, decoys=decoys)
        self._cloud.start()
        self._stack.callback(self._cloud.stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, function: Function, remaining: int) -> None:
        """One function's whole campaign. `remaining` functions (this one among them) still wait."""
        self._emit(FunctionStarted(function=function.name))
        triggers = self.triggers(function)
        try:
            summary = self._tested(function, triggers, remaining)
        except TargetError as error:
            summary = FunctionSummary(
                name=function.name,
                runtime=function.runtime,
                handler=function.handler,
                triggers=tuple(t.template for t in triggers),
                reason=str(error),
                declared_in=function.declared_in,
                code=str(function.code or ""),
            )
        self._emit(FunctionFinished(summary=summary))

    def _tested(
        self, function: Function, triggers: tuple[Trigger, ...], remaining: int
    ) -> FunctionSummary:
        shard = self._shard
        if not triggers:
            raise TargetError("none of its triggers was asked for by --trigger")
        with self.opened(function) as (probe, oracles):
            return FunctionRun(
                function=function,
                catalogue=shard.catalogue,
                probe=probe,
                oracles=oracles,
                budget=self._budget(remaining),
                seed=shard.config.seed,
                emit=self._emit,
                triggers=triggers,
                done=shard.done.get(function.name, frozenset()),
                known=shard.known.get(function.name, frozenset()),
            ).run()

    @contextmanager
    def opened(self, function: Function) -> Iterator[tuple[Probe, Sequence[Oracle]]]:
        """A started target with its observers, and the oracles that judge it.

        Raises TargetError when the function's runtime cannot be had.
        """
        context = OracleContext(
            secrets={**self._cloud.secrets(), **environment_decoys(function)},
            listener=self._listener.address,
            decoy_folder=str(self._files.folder),
            task_root=str(function.code or ""),
        )
        target = LocalTarget(
            function,
            environment=self._cloud.environment(),
            client=self._shard.config.client,
        )
        try:
            target.start()
            yield Probe(target, self._cloud, self._listener, self._files), all_oracles(context)
        finally:
            target.stop()

    def triggers(self, function: Function) -> tuple[Trigger, ...]:
        """The function's triggers that are asked for; direct invocation when it declares none."""
        known = self._shard.catalogue.templates
        asked = self._shard.config.triggers
        triggers = tuple(t for t in function.triggers if t.template in known) or (
            Trigger(template=DIRECT),
        )
        return tuple(t for t in triggers if not asked or t.template in asked)

    def _budget(self, remaining: int) -> Budget:
        """An even share of the time that is left, so that no function starves another."""
        shard = self._shard
        deadline = None
        if shard.deadline is not None:
            left = max(0.0, shard.deadline - time.monotonic())
            turns = max(1.0, remaining / shard.workers)
            deadline = time.monotonic() + left / turns
        return Budget(
            deadline=deadline, invocations=shard.config.max_invocations, stopped=self._stopped
        )


def limited(catalogue: Catalogue, config: RunConfig) -> Catalogue:
    """The catalogue with only the rules that were asked for; what is off is never sent."""
    if not config.rules:
        return catalogue
    return replace(
        catalogue,
        payloads=tuple(p for p in catalogue.payloads if p.rule in config.rules),
        rules={id: rule for id, rule in catalogue.rules.items() if id in config.rules},
    )
