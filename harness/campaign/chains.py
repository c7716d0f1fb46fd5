"""Chains: what a function writes triggers the next one, with the payload still in it.

The event is made from the recorded call as the cloud would have made it, the next function is
invoked while the local cloud still holds what the first one left, and whatever the payload does
there is seen as in any other invocation.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from harness.campaign.config import DIRECT
from harness.errors import TargetError
from harness.events.arm import Infeasible
from harness.events.deliver import delivered
from harness.events.seed import Seed
from harness.model import (
    Application,
    AwsCall,
    EventTemplate,
    Function,
    Hop,
    Invocation,
    Observation,
    Passage,
    Trial,
    Trigger,
)

# Functions on one way, invocations that one event may cause, and how often a way may come back.
_DEPTH = 4
_INVOCATIONS = 8
_RETURNS = 1
# Log lines of an invocation that are looked at.
_LOG_LINES = 200

Invoke = Callable[[Function, object], Observation]


class Chains:
    """Follows calls to the functions of an application that listen to what they wrote."""

    def __init__(self, application: Application, templates: Mapping[str, EventTemplate]) -> None:
        self._listeners: dict[tuple[str, str], list[tuple[Function, Trigger, EventTemplate]]] = {}
        for function in application.functions:
            facts = {"function_name": function.name}
            for trigger in (*function.triggers, Trigger(template=DIRECT, facts=facts)):
                template = templates.get(trigger.template)
                if template is None:
                    continue
                for key in dict.fromkeys((d.service, d.operation) for d in template.delivery):
                    self._listeners.setdefault(key, []).append((function, trigger, template))
        self._untestable: set[str] = set()

    @classmethod
    def none(cls) -> "Chains":
        """Chains of an application in which nothing triggers anything."""
        return cls(Application(name="", source=Path(), functions=()), {})

    def follow(
        self,
        invocation: Invocation,
        observation: Observation,
        invoke: Invoke,
        *,
        everything: bool,
    ) -> Iterator[Passage]:
        """The invocations that the calls of one caused, and those that these caused in turn.

        Without `everything` only what carries a canary of the invocation's trials is followed.
        """
        start = Hop(function=invocation.function.name, trigger=invocation.trigger.template)
        written = self._written(invocation.function, observation)
        ways: list[tuple[tuple[Hop, ...], Sequence[AwsCall]]] = [((start,), written)]
        made = 0
        while ways:
            path, written = ways.pop(0)
            for call, carried in _worth(written, invocation.trials, everything=everything):
                for seed in self._next(call, path):
                    if made == _INVOCATIONS:
                        return
                    made += 1
                    hop = Hop(
                        function=seed.function.name,
                        trigger=seed.template.id,
                        via=f"aws:{call.service}.{call.operation}",
                    )
                    seen = self._invoked(seed, invoke)
                    if seen is None:
                        continue
                    reached = (*path, hop)
                    yield Passage(
                        path=reached,
                        invocation=Invocation(
                            function=seed.function,
                            trigger=seed.trigger,
                            template=seed.template,
                            event=seed.event,
                            trials=carried,
                        ),
                        observation=seen,
                    )
                    ways.append((reached, self._written(seed.function, seen)))

    def _written(self, function: Function, observation: Observation) -> Sequence[AwsCall]:
        """Its calls; and its log lines, as the platform sends them, where somebody listens."""
        if ("logs", "PutLogEvents") not in self._listeners:
            return observation.calls
        lines = observation.outcome.logs.splitlines()
        return (*observation.calls, *(_logged(function, line) for line in lines[:_LOG_LINES]))

    def lead_on(self, calls: Sequence[AwsCall]) -> bool:
        """Whether one of the calls is of a kind that a function of the application listens to."""
        return any((call.service, call.operation) in self._listeners for call in calls)

    def _next(self, call: AwsCall, path: tuple[Hop, ...]) -> Iterator[Seed]:
        if len(path) >= _DEPTH:
            return
        been = [hop.function for hop in path]
        listeners = self._listeners.get((call.service, call.operation), ())
        # A way that comes back is a loop: that is looked at before the number is used up.
        for function, trigger, template in sorted(listeners, key=lambda x: x[0].name not in been):
            returns = been.count(function.name)
            if returns <= _RETURNS and function.name not in self._untestable:
                yield from delivered(call, function, trigger, template)

    def _invoked(self, seed: Seed, invoke: Invoke) -> Observation | None:
        try:
            return invoke(seed.function, seed.event)
        except TargetError:
            self._untestable.add(seed.function.name)
        except Infeasible:
            pass
        return None


def _logged(function: Function, line: str) -> AwsCall:
    return AwsCall(
        service="logs",
        operation="PutLogEvents",
        parameters={
            "logGroupName": f"/aws/lambda/{function.name}",
            "logEvents": [{"message": line}],
        },
        status=200,
        mutating=True,
    )


def _worth(
    calls: Sequence[AwsCall], trials: tuple[Trial, ...], *, everything: bool
) -> Iterator[tuple[AwsCall, tuple[Trial, ...]]]:
    """Calls that are followed, with the trials whose canary they carry."""
    for call in calls:
        text = str(call.parameters)
        carried = tuple(trial for trial in trials if trial.canary.token in text)
        if carried or everything:
            yield call, carried
