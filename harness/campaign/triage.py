"""From a confirmed hit to a finding that people and programs read."""

import json
from collections.abc import Mapping
from typing import Any

from harness.campaign.suspicions import Hit
from harness.model import AwsCall, Finding, Function, Observation, Rule

_EXCERPT = 4000
_CALLS = 20


def to_finding(hit: Hit, rule: Rule, *, seed: int) -> Finding:
    """The finding of a hit. `reproduce` commands use the finding's id in place of a file."""
    confirmed = hit.confirmed
    verdict, invocation, observation = (
        confirmed.verdict,
        confirmed.invocation,
        confirmed.observation,
    )
    trial = verdict.trial
    function = invocation.function
    return Finding(
        id=hit.id,
        rule=rule.id,
        severity=rule.severity,
        confidence=confirmed.confidence,
        function=verdict.path[-1].function if verdict.path else function.name,
        trigger=invocation.template.id,
        insertion_point="" if confirmed.everywhere else str(trial.point.address),
        payload_id=trial.payload.id,
        payload=_plain(trial.value),
        event=_plain(invocation.event),
        state=_plain(invocation.state),
        witness=verdict.witness,
        sink=verdict.sink,
        cwe=rule.cwe,
        sas=rule.sas,
        trials_to_detect=hit.trials,
        invocations_to_detect=hit.invocations,
        control_event=_plain(confirmed.control.event),
        logs=observation.outcome.logs[:_EXCERPT],
        response=response_text(observation)[:_EXCERPT],
        calls=tuple(call_text(call) for call in observation.calls[:_CALLS]),
        reproduce=(f"faasfuzz replay {hit.id}", *_in_aws(function, hit.id)),
        trigger_index=function.triggers.index(invocation.trigger)
        if invocation.trigger in function.triggers
        else 0,
        mutations=trial.mutations,
        seed=seed,
        path=verdict.path,
    )


def _in_aws(function: Function, id: str) -> tuple[str, ...]:
    """The commands of AWS that send the exported event, for its functions alone."""
    if function.provider != "aws":
        return ()
    return (
        f"aws lambda invoke --function-name {function.name} "
        f"--payload file://{id}.json --cli-binary-format raw-in-base64-out out.json",
        f"sam local invoke {function.name} --event {id}.json",
    )


def response_text(observation: Observation) -> str:
    """The answer, or the error in its place, as text."""
    outcome = observation.outcome
    if outcome.error is not None:
        trace = "".join(f"\n{frame.rstrip()}" for frame in outcome.error.trace)
        return f"{outcome.error.type}: {outcome.error.message}{trace}"
    return outcome.raw


def call_text(call: AwsCall) -> str:
    """One AWS call in one line."""
    parameters = json.dumps(call.parameters, default=str, ensure_ascii=False)
    ending = f" -> {call.error}" if call.error else ""
    return f"{call.service}.{call.operation} {parameters[:500]}{ending}"


def _plain(value: Any) -> Any:
    """JSON values only: bytes become text, so that every report can hold them."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
