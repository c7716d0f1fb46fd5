"""What an oracle is, and what oracles share: where text can be seen."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.model import (
    AwsCall,
    Case,
    Confidence,
    Observation,
    Sink,
    SinkCall,
    Trial,
    Verdict,
    Witness,
)

_CUT = 400
# The end of the names which payloads carry: a canary in front of another domain is data.
UNRESOLVED = ".oob.faasfuzz.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleContext:
    """What oracles know of the place where the function runs.

    `secrets`: decoy value -> what it is. `strangers`: what rows of tenants hold whom no event names
    -> their table. `listener`: host:port of the out-of-band listener.
    `decoy_folder`: where decoy files lie. `task_root`: the code folder, as the function sees it.
    """

    secrets: Mapping[str, str] = field(default_factory=dict)
    strangers: Mapping[str, str] = field(default_factory=dict)
    listener: str = ""
    decoy_folder: str = ""
    task_root: str = ""


class Oracle(Protocol):
    """Looks at one trial, its observation and its control, and claims what it can prove."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules whose verdicts it can give."""

    def judge(self, case: Case) -> Iterator[Verdict]:
        """Verdicts of this trial. Called for every trial: quiet observations must be cheap."""


def answer_text(observation: Observation) -> str:
    """What the function answered; JSON escapes undone where they hide text."""
    outcome = observation.outcome
    raw = outcome.raw
    if "\\" in raw and outcome.response is not None:
        return raw + "\n" + _flat(outcome.response)
    return raw


def error_text(observation: Observation) -> str:
    """The error object's message and stack trace."""
    error = observation.outcome.error
    return "" if error is None else "\n".join((error.type, error.message, *error.trace))


def call_text(call: AwsCall) -> str:
    """The parameters of an AWS call."""
    return json.dumps(call.parameters, default=str, ensure_ascii=False)


def texts_of(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with the name it stands under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts_of(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, name)


def places(observation: Observation) -> Iterator[tuple[str, str]]:
    """Every (place, text) where something that the function computed can show."""
    yield "response", answer_text(observation)
    if observation.outcome.error is not None:
        yield "error", error_text(observation)
    if observation.outcome.logs:
        yield "log", observation.outcome.logs
    for call in observation.calls:
        yield f"aws:{call.service}.{call.operation}", call_text(call)
    for callback in observation.callbacks:
        yield "callback", f"{callback.path}\n{callback.body}"


def find(observation: Observation, text: str) -> tuple[str, str] | None:
    """The first place where a text shows, and an excerpt around it."""
    for place, haystack in places(observation):
        at = haystack.find(text)
        if at >= 0:
            return place, excerpt(haystack, at, len(text))
    return None


def excerpt(haystack: str, at: int, length: int) -> str:
    """The surroundings of a find, cut to a readable length."""
    start = max(0, at - 60)
    return haystack[start : min(len(haystack), at + length + 60)][:_CUT]


def sink_of(call: SinkCall) -> Sink | None:
    """Where in the application a sink was called; None when no frame of it was seen."""
    if call.file is None or call.line is None:
        return None
    return Sink(file=call.file, line=call.line, call=call.operation, function=call.function)


def sink_verdict(rule: str, trial: Trial, call: SinkCall, seen: str) -> Verdict:
    """The verdict for a payload that became structure at a sink."""
    return Verdict(
        rule=rule,
        trial=trial,
        witness=Witness(kind="sink", seen=seen[:_CUT], where=f"sink:{call.category}"),
        confidence=Confidence.CONFIRMED,
        sink=sink_of(call),
    )


def _flat(value: object) -> str:
    """Every string of a JSON value; strings that hold JSON are opened once more."""
    if isinstance(value, str):
        if value[:1] in "{[":
            try:
                inner = json.loads(value)
            except (ValueError, RecursionError):  # the function may answer with anything
                return value
            return value + "\n" + _flat(inner)
        return value
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{_flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\n".join(_flat(item) for item in value)
    return str(value)
