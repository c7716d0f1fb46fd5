"""The series of calls that tells a delay which the function was told to make from a slow one."""

import random
from dataclasses import dataclass

from harness.campaign.probe import Probe
from harness.events.arm import arm, arm_control, control_value, make_trial
from harness.events.seed import Seed
from harness.model import Canary, Invocation, Observation, Status, Trial, Witness
from harness.oracles.timing import CONTROL, DOSES, follows, obeyed, series

# Seconds of a step: so many times what quiet calls differ by, between these. How long it is has no
# part in what chance lets pass, only in what is found through noise.
_NOISE = 8.0
_SHORTEST = 0.15
_LONGEST = 2.0
_QUIET = 3
# The part of the function's limit that it may use with both steps.
_ROOM = 0.7


class _Ended(Exception):
    """A call that gives no duration to compare: it ran into its limit, or crashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A series that shows it, with its last call at the highest dose and the control's."""

    trial: Trial
    witness: Witness
    invocation: Invocation
    observation: Observation
    control: Invocation


def timed(probe: Probe, seed: Seed, like: Trial, canary: Canary, mark: Canary) -> Timed | None:
    """Measure; None when the durations do not follow the doses. Raises Infeasible.

    Each call of a series has the same text but for the dose. It ends early when nothing that
    follows could make a trend of it.
    """

    def dosed(seconds: float) -> Trial:
        # As many digits for any dose: the text's length is the same.
        facts = {**probe.facts(canary), "delay": f"{seconds:.3f}"}
        return make_trial(seed, like.point, like.payload, canary, facts, like.mutations)

    quiet = arm_control(seed, [(like.point, control_value(dosed(0.0), mark))])
    used = [probe.observe(quiet).outcome.duration / 1000 for _ in range(1 + _QUIET)][1:]
    room = (seed.function.timeout * _ROOM - max(used)) / DOSES[-1]
    step = min(max(_SHORTEST, _NOISE * (max(used) - min(used))), _LONGEST, room)
    if step < _SHORTEST:
        return None
    trials = {dose: dosed(step * dose) for dose in DOSES}
    top = trials[DOSES[-1]]
    events = {d: arm(seed, [trial]) for d, trial in trials.items()}
    events[CONTROL] = arm_control(seed, [(top.point, control_value(top, mark))])
    seen: dict[int, Observation] = {}

    def take(dose: int) -> float:
        seen[dose] = probe.observe(events[dose])
        if seen[dose].outcome.status not in (Status.OK, Status.ERROR):
            raise _Ended
        return seen[dose].outcome.duration

    try:
        if take(DOSES[-1]) - max(used) * 1000 < obeyed(step * 1000):
            return None  # it is as slow at all times
        blocks = series(take, random.Random(canary.product))
    except _Ended:
        return None
    witness = follows(blocks, step * 1000)
    if witness is None:
        return None
    return Timed(
        trial=top,
        witness=witness,
        invocation=events[DOSES[-1]],
        observation=seen[DOSES[-1]],
        control=events[CONTROL],
    )
