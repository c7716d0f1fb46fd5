"""Shrinking a finding to the smallest event that still shows it."""

import time
from dataclasses import replace

from harness.campaign.confirm import Confirmer
from harness.campaign.suspicions import Hit
from harness.events.reduce import reduce
from harness.events.seed import Seed
from harness.model import Address

# Shrinking has a budget of its own: the finding has been shown already.
_INVOCATIONS = 160
_SECONDS = 8.0
_NEVER_SHRUNK = frozenset(
    {"timeout", "crash", "cpu", "delay"}
)  # each look costs a whole timeout, a cold start or a series of delays


def shrink(hit: Hit, confirmer: Confirmer) -> Hit:
    """The hit with its smallest event, shown once more in the runtime as it is."""
    confirmed = hit.confirmed
    if confirmed.verdict.witness.kind in _NEVER_SHRUNK:
        return hit
    trial = confirmed.verdict.trial
    kept = (trial.point.address, *trial.point.mirrors, *_state_places(hit.seed))
    left = _INVOCATIONS
    until = time.monotonic() + _SECONDS

    def shows(seed: Seed) -> bool:
        nonlocal left
        if left <= 0 or time.monotonic() > until:
            return False
        left -= 2
        return confirmer.attempt(seed, confirmed.verdict, trial) is not None

    smallest = reduce(hit.seed, kept, shows)
    again = confirmer.attempt(smallest, confirmed.verdict, trial)
    if again is None:
        return hit
    return replace(hit, seed=smallest, confirmed=replace(again, confidence=confirmed.confidence))


def _state_places(seed: Seed) -> tuple[Address, ...]:
    return tuple(address for item in seed.template.state for address in item.at.values())
