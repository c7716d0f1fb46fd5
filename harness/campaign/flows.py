"""Flow bypass: what a function refuses, sent to the function behind it all the same.

The benign event shows what the first function sends on and what the second does then. Where the
first sends nothing on for a payload, its benign calls are taken with the payload in the place of
the benign value, and the second function is invoked with what the cloud would make of those.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from harness.campaign.judge import Oracle, judge_passages
from harness.campaign.probe import Follow, Probe
from harness.events.arm import arm_control
from harness.events.seed import Seed
from harness.model import AwsCall, Invocation, Trial, Verdict

RULE = "flow-bypass"
# Dynamodb's names of types, in whose place the attribute's own name counts.
_TYPES = frozenset({"S", "N", "Value", "StringValue", "value"})


def bypasses(
    probe: Probe,
    oracles: Sequence[Oracle],
    seed: Seed,
    armed: Invocation,
    *,
    fresh: bool = False,
) -> list[Verdict]:
    """What the functions behind do with the one trial of an invocation that was refused.

    Nothing where the trial was sent on, or where nothing is sent on anyway. Raises Infeasible.
    """
    (trial,) = armed.trials
    if trial.base in (None, "") or isinstance(trial.base, str) != isinstance(trial.value, str):
        return []
    control = arm_control(seed, [(trial.point, trial.base)])
    quiet = probe.observe(control, fresh=fresh, follow=Follow.EVERYTHING)
    controls = probe.passages
    if not controls:
        return []
    probe.observe(armed, fresh=fresh, follow=Follow.EVERYTHING)
    refused = {passage.path for passage in controls} - {p.path for p in probe.passages}
    calls = list(_swapped(quiet.calls, trial)) if refused else []
    if not calls:
        return []
    passages = [p for p in probe.bypass(armed, calls) if p.path in refused]
    verdicts = judge_passages(oracles, passages, controls, rules=frozenset({RULE}))
    return [verdict for verdict in verdicts if verdict.rule == RULE]


def _swapped(calls: Iterable[AwsCall], trial: Trial) -> Iterable[AwsCall]:
    """The calls in which the benign value stands under the point's own name, with the payload."""
    name = str(trial.point.address.steps[-1][1])
    for call in calls:
        parameters = _swap(call.parameters, name, "", trial)
        if parameters != call.parameters:
            yield replace(call, parameters=parameters)


def _swap(value: Any, name: str, under: str, trial: Trial) -> Any:
    if isinstance(value, dict):
        return {
            key: _swap(item, name, under if key in _TYPES else str(key), trial)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_swap(item, name, under, trial) for item in value]
    if under == name and not isinstance(value, bool) and str(value) == str(trial.base):
        return str(trial.value) if isinstance(value, str) else trial.value
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            inside = json.loads(value)
        except (ValueError, RecursionError):  # the function may send whatever it likes
            return value
        swapped = _swap(inside, name, under, trial)
        return value if swapped == inside else json.dumps(swapped)
    return value
