"""One invocation with everything around it: state put, decoys planted, observers read, put back."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, Protocol

from harness.campaign.chains import Chains
from harness.campaign.jobs import Reached
from harness.errors import TargetError
from harness.events.arm import Infeasible
from harness.events.batch import in_record
from harness.events.seed import Seed
from harness.model import (
    AwsCall,
    Callback,
    Canary,
    Function,
    Invocation,
    Observation,
    Outcome,
    Passage,
    Status,
    Trigger,
)
from harness.posture import usage

# Folders that a relative path leaves: a checkout lies deeper than /var/task.
_UP = 12


class Follow(Enum):
    """Which calls are followed to the functions that they trigger."""

    NOTHING = "nothing"
    CANARIES = "those with a canary of the invocation's trials"
    EVERYTHING = "all"


class Target(Protocol):
    """What the campaign needs of a target; see harness/targets/base.py."""

    blind: frozenset[str]

    def start(self) -> None: ...
    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome: ...
    def restart(self) -> None: ...
    def stop(self) -> None: ...


class Cloud(Protocol):
    """The local cloud as the campaign uses it."""

    def mark(self) -> int: ...
    def since(self, mark: int) -> tuple[AwsCall, ...]: ...
    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None: ...
    def restore(self) -> None: ...


class CallbackListener(Protocol):
    """The out-of-band listener as the campaign uses it."""

    @property
    def address(self) -> str: ...
    def url(self, token: str) -> str: ...
    def mark(self) -> int: ...
    def since(self, mark: int) -> tuple[Callback, ...]: ...
    def notes(self) -> tuple[str, ...]: ...


class Decoys(Protocol):
    """Planted files, one a trial."""

    def path(self, canary: Canary) -> str: ...
    def plant(self, canary: Canary) -> None: ...
    def remove(self, canary: Canary) -> None: ...


class Probe:
    """Invokes one function and gathers what every observer saw, one invocation at a time.

    `reached` is what earlier jobs reached; `lines` and `branches` have that and its own, by file.
    `others` gives the runtimes of the functions that `chains` lead to; `passed` counts their
    invocations, `used` are the AWS calls which the function made, as policies name them. Where
    `isolated` is set every invocation has a runtime of its own.
    """

    def __init__(
        self,
        target: Target,
        cloud: Cloud,
        listener: CallbackListener,
        decoys: Decoys,
        reached: Reached | None = None,
        chains: Chains | None = None,
        others: Callable[[Function], Target] | None = None,
    ) -> None:
        self._target = target
        self._cloud = cloud
        self._listener = listener
        self._decoys = decoys
        self._chains = chains or Chains.none()
        self._others = others or _no_others
        self.passages: tuple[Passage, ...] = ()
        self.passed = 0
        self.isolated = False
        self.invocations = 0
        self.errors = 0
        self.function_ms = 0.0
        reached = reached or Reached()
        self.lines = {file: set(lines) for file, lines in reached.lines.items()}
        self.branches = {file: set(ways) for file, ways in reached.branches.items()}
        self.fresh_places = 0
        self.used: set[str] = set()

    @property
    def blind(self) -> frozenset[str]:
        """The observers which the target lacks."""
        return self._target.blind

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the listener."""
        return self._listener.notes()

    def facts(self, canary: Canary) -> dict[str, str]:
        """The placeholders that depend on where the observers listen."""
        url = self._listener.url(canary.token)
        decoy = self._decoys.path(canary)
        return {
            "oob": url,
            "oob_host": self._listener.address,
            "oob_port": self._listener.address.rpartition(":")[2],
            "oob_path": f"/{canary.token}",
            "oob_name": f"{canary.token}.oob.faasfuzz.invalid",
            "decoy": decoy,
            "decoy_relative": "../" * _UP + decoy.lstrip("/"),
            "decoy_doubled": "....//" * _UP + decoy.lstrip("/"),
            "delay": "1.000",
        }

    def observe(
        self,
        invocation: Invocation,
        *,
        learn: bool = False,
        fresh: bool = False,
        follow: Follow = Follow.NOTHING,
    ) -> Observation:
        """Call the function once, in a runtime that saw no call before when it is to be `fresh`.

        Raises Infeasible when the event is no JSON, or cannot come in as the target sends it; a
        learning call just fails then.
        `passages` then holds what other functions did with what it wrote, as far as `follow` asks.
        """
        event = serialised(invocation.event)
        planted = [t.canary for t in invocation.trials if t.payload.witness.decoy]
        for canary in planted:
            self._decoys.plant(canary)
        self._put_state(invocation)
        calls, callbacks = self._cloud.mark(), self._listener.mark()
        outcome = self._target.invoke(
            event,
            trigger=invocation.trigger,
            learn=learn,
            extra=_state_texts(invocation) if learn else None,
            fresh=fresh or self.isolated,
        )
        observation = Observation(
            outcome=outcome,
            calls=self._cloud.since(calls),
            callbacks=self._listener.since(callbacks),
            blind=self._target.blind,
        )
        self.used.update(usage(call) for call in observation.calls)
        self.passages = self._followed(invocation, observation, follow)
        self._cloud.restore()
        for canary in planted:
            self._decoys.remove(canary)
        if outcome.status is Status.UNSENT:
            if learn:
                return observation
            raise Infeasible(outcome.error.message if outcome.error else "it cannot be sent")
        self.invocations += 1
        self.errors += outcome.status is not Status.OK
        self.function_ms += outcome.duration
        self.fresh_places = _added(self.lines, outcome.lines)
        self.fresh_places += _added(self.branches, outcome.branches)
        return observation

    def benign(self, invocation: Invocation, *, learn: bool = False) -> Observation:
        """Observe an event that went in before. Raises TargetError when it no longer does."""
        try:
            return self.observe(invocation, learn=learn)
        except Infeasible as error:
            raise TargetError(f"a harmless event is no longer let in: {error}") from error

    def fresh(self) -> None:
        """The next invocation runs in a new runtime."""
        self._target.restart()

    def _followed(
        self, invocation: Invocation, observation: Observation, follow: Follow
    ) -> tuple[Passage, ...]:
        if follow is Follow.NOTHING:
            return ()
        everything = follow is Follow.EVERYTHING
        return tuple(
            self._chains.follow(invocation, observation, self._invoke_other, everything=everything)
        )

    def bypass(self, invocation: Invocation, calls: Sequence[AwsCall]) -> tuple[Passage, ...]:
        """What other functions do with calls that this one did not make; they get its trials."""
        made = Observation(outcome=Outcome(status=Status.OK), calls=tuple(calls))
        follow = self._chains.follow(invocation, made, self._invoke_other, everything=True)
        passages = tuple(
            replace(p, invocation=replace(p.invocation, trials=invocation.trials)) for p in follow
        )
        self._cloud.restore()
        return passages

    def leads_on(self, calls: Sequence[AwsCall]) -> bool:
        """Whether a call may trigger another function."""
        return self._chains.lead_on(calls)

    def _invoke_other(self, function: Function, event: object) -> Observation:
        """Call another function of the application. Raises TargetError when it does not start."""
        sent = serialised(event)
        target = self._others(function)
        calls, callbacks = self._cloud.mark(), self._listener.mark()
        outcome = target.invoke(sent)
        self.passed += 1
        return Observation(
            outcome=outcome,
            calls=self._cloud.since(calls),
            callbacks=self._listener.since(callbacks),
            blind=target.blind,
        )

    def _put_state(self, invocation: Invocation) -> None:
        template = invocation.template
        if not template.state:
            return
        seed = Seed(
            function=invocation.function,
            trigger=invocation.trigger,
            template=template,
            event=invocation.event,
            state=invocation.state,
            points=(),
        )
        for item in template.state:
            for record in range(invocation.records):
                at = {
                    name: str(seed.read(in_record(seed, address, record)))
                    for name, address in item.at.items()
                }
                self._cloud.put(item.kind, at, invocation.state[item.name])


def _added(known: dict[str, set[int]], told: Iterable[tuple[str, Iterable[int]]]) -> int:
    """Put places with those of their file; how many no call reached before, in any runtime."""
    fresh = 0
    for file, places in told:
        there = known.setdefault(file, set())
        before = len(there)
        there.update(places)
        fresh += len(there) - before
    return fresh


def _no_others(function: Function) -> Target:
    raise TargetError(f"{function.name} is not run here")


def serialised(event: Any) -> bytes:
    """The event as the runtime receives it. Raises Infeasible for what JSON cannot hold."""
    try:
        return json.dumps(event, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise Infeasible(f"the event cannot be written as JSON: {error}") from error


def _state_texts(invocation: Invocation) -> dict[str, str]:
    """Text values of the state by address, so that reads of them can be recognised."""
    return {
        f"@{name}/{key}": value
        for name, item in invocation.state.items()
        for key, value in item.items()
        if isinstance(value, str)
    }
