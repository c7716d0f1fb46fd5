"""Makers of cases for oracle tests."""

from collections.abc import Sequence
from typing import Any

from harness.model import (
    Address,
    Canary,
    Case,
    EventTemplate,
    ExpectedWitness,
    Function,
    FunctionError,
    InsertionPoint,
    Invocation,
    Observation,
    Outcome,
    Payload,
    ResponseContract,
    SinkCall,
    Status,
    Trial,
    Trigger,
)

CANARY = Canary.make(1, 1)


def sink(
    category: str, operation: str, through: tuple[str, ...] = (), **arguments: Any
) -> SinkCall:
    """A sink record as a sensor writes it, called from line 7 of app.py."""
    return SinkCall(
        category=category,
        operation=operation,
        arguments=arguments,
        file="app.py",
        line=7,
        function="handler",
        through=through,
    )


def outcome(
    raw: str = "null",
    logs: str = "",
    sinks: Sequence[SinkCall] = (),
    status: Status = Status.OK,
    error: FunctionError | None = None,
    duration: float = 1.0,
) -> Outcome:
    return Outcome(
        status=status,
        raw=raw,
        logs=logs,
        sinks=tuple(sinks),
        error=error,
        duration=duration,
        response=None,
    )


def case(
    rule: str,
    text: str,
    seen: Outcome,
    *,
    control: Outcome | None = None,
    witness: ExpectedWitness | None = None,
    visible: bool = True,
    alone: bool = True,
    calls: Sequence[Any] = (),
    callbacks: Sequence[Any] = (),
) -> Case:
    """A trial of `text` at /value which showed `seen`."""
    payload = Payload(
        id=f"{rule}.test",
        rule=rule,
        context="test",
        template=text,
        control="x",
        witness=witness or ExpectedWitness(),
    )
    point = InsertionPoint(address=Address.parse("/value"))
    facts = {"canary": CANARY.token, "a": str(CANARY.a), "b": str(CANARY.b)}
    trial = Trial(
        point=point,
        payload=payload,
        canary=CANARY,
        value=text,
        text=text,
        facts=facts,
        base="x",
    )
    template = EventTemplate(
        id="test.event",
        provider="test",
        service="test",
        title="",
        source="",
        event={"value": ""},
        points=(point,),
        response=ResponseContract(kind="any", visible=visible),
    )
    invocation = Invocation(
        function=Function(name="F", runtime="python3.11", handler="app.handler", code=None),
        trigger=Trigger(template="test.event"),
        template=template,
        event={"value": text},
        trials=(trial,),
    )
    return Case(
        invocation=invocation,
        trial=trial,
        observation=Observation(outcome=seen, calls=tuple(calls), callbacks=tuple(callbacks)),
        control=Observation(outcome=control or outcome()),
        alone=alone,
    )
