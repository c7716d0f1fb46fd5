"""Trials and invocations are two things: one invocation may carry many trials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model.application import Function, Trigger
from harness.model.event import EventTemplate, InsertionPoint
from harness.model.finding import Confidence, Hop, Sink, Witness
from harness.model.observation import Observation
from harness.model.payload import Canary, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One attempt: one payload at one insertion point, marked by one canary.

    `value` is what stands at the insertion point once rendered (before the point's codecs),
    `text` the rendered payload before its own `encode` codecs and mutation, `facts` the
    placeholders it was rendered with. `mutations` names the mutators applied to the rendered text,
    in order, so that the same attempt can be made again with another canary. `base` is the benign
    value which stood at the insertion point.
    """

    point: InsertionPoint
    payload: Payload
    canary: Canary
    value: Any
    text: Any
    facts: Mapping[str, str]
    mutations: tuple[str, ...] = ()
    base: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of the function: the event, the state that goes with it and the trials it carries.

    `state` maps a state item's name to its (filled) value; where the event is a batch of several
    `records`, each of them finds the same state.
    """

    function: Function
    trigger: Trigger
    template: EventTemplate
    event: Any
    state: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()
    records: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An invocation of another function, caused by what the one before it wrote.

    `path` has every hop, the function that the harness invoked first. The trials of `invocation`
    are those whose canary came through; their insertion points are in the first hop's event.
    """

    path: tuple[Hop, ...]
    invocation: Invocation
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What an oracle is shown: one trial, what was observed, and what the control showed.

    `control` is the observation of the same event with a harmless value of the same shape at the
    trial's insertion point, carrying `control_canary`. A trial of a pack that ended early has
    `alone` False: what cannot be tied to a canary must not be judged then.
    """

    invocation: Invocation
    trial: Trial
    observation: Observation
    control: Observation
    control_value: Any = None
    control_canary: Canary | None = None
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An oracle's claim that a trial hit. The campaign confirms it before it becomes a finding.

    `path` is empty when the witness showed in the invoked function; else it holds every hop.
    """

    rule: str
    trial: Trial
    witness: Witness
    confidence: Confidence
    sink: Sink | None = None
    path: tuple[Hop, ...] = ()
