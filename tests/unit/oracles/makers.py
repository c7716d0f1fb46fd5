"""Makers of cases for oracle tests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.catalogue.contracts import contract, contract_names
from harness.model import (
    Address,
    BatchShape,
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
    response: Any = None,
    cpu: float = 0.0,
) -> Outcome:
    """An outcome; a response is also its raw text."""
    return Outcome(
        status=status,
        raw=raw if response is None else json.dumps(response),
        logs=logs,
        sinks=tuple(sinks),
        error=error,
        duration=duration,
        response=response,
        cpu=cpu,
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
    kind: str = "any",
    value: Any = None,
    address: str = "/value",
    facts: Mapping[str, str] | None = None,
    event: Any = None,
    control_canary: Canary | None = None,
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
    point = InsertionPoint(address=Address.parse(address))
    filled = {"canary": CANARY.token, "a": str(CANARY.a), "b": str(CANARY.b)}
    trial = Trial(
        point=point,
        payload=payload,
        canary=CANARY,
        value=text if value is None else value,
        text=text,
        facts=filled,
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
        batch=BatchShape(records=Address.parse("/Records"), maximum=10),
        response=ResponseContract(
            kind=kind,
            visible=visible,
            schema=contract(kind) if kind in contract_names() else {},
        ),
    )
    invocation = Invocation(
        function=Function(name="F", runtime="python3.11", handler="app.handler", code=None),
        trigger=Trigger(template="test.event", facts=facts or {}),
        template=template,
        event={"value": text} if event is None else event,
        trials=(trial,),
    )
    return Case(
        invocation=invocation,
        trial=trial,
        observation=Observation(outcome=seen, calls=tuple(calls), callbacks=tuple(callbacks)),
        control=Observation(outcome=control or outcome()),
        alone=alone,
        control_canary=control_canary,
    )
