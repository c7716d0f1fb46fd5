"""What a trial gave the schedule: how near its payload came to what its rule is about."""

from harness.campaign.judge import CATEGORIES
from harness.model import Observation, Status, Trial

SINK = 1.0
OTHER_SINK = 0.5
REFLECTED = 0.25
FAILED = 0.15


def reward(trial: Trial, observation: Observation, text: str, *, alone: bool) -> float:
    """From 0 to 1: a sink of the rule, another sink, a reflection, an error; `text` is traces()."""
    token = trial.canary.token
    wanted = CATEGORIES.get(trial.payload.rule, ())
    if token not in text:
        failed = alone and observation.outcome.status is not Status.OK
        return FAILED if failed else 0.0
    reached = {s.category for s in observation.outcome.sinks if token in str(s.arguments)}
    if reached & set(wanted):
        return SINK
    return OTHER_SINK if reached else REFLECTED
