"""Findings of earlier campaigns, aimed again: they are looked at before anything else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from harness.campaign.attack import Attacker
from harness.campaign.novelty import Learnt
from harness.events.arm import Infeasible, make_trial
from harness.events.seed import Seed
from harness.model import (
    Address,
    Canary,
    Confidence,
    Finding,
    InsertionPoint,
    Payload,
    Verdict,
)


def again(
    findings: Sequence[Finding],
    attacker: Attacker,
    learnts: Sequence[Learnt],
    payloads: Iterable[Payload],
) -> None:
    """Aim each finding again; what shows is confirmed and told as if it had just been found.

    A finding whose payload, trigger or insertion point is no more is left to the plan.
    """
    by_id = {payload.id: payload for payload in payloads}
    for finding in findings:
        learnt = next((x for x in learnts if x.seed.template.id == finding.trigger), None)
        payload = by_id.get(finding.payload_id)
        if learnt is None or payload is None:
            continue
        seed = as_seed(finding, learnt.seed)
        canary = attacker.canary()
        try:
            verdict = aimed(finding, seed, payload, canary, attacker.facts(canary))
        except Infeasible:
            continue
        attacker.suspicions.follow(seed, verdict, trials=1, invocations=1)


def as_seed(finding: Finding, seed: Seed) -> Seed:
    """A seed whose event and state are the finding's."""
    return replace(seed, event=finding.event, state=finding.state, records=1)


def aimed(
    finding: Finding, seed: Seed, payload: Payload, canary: Canary, facts: Mapping[str, str]
) -> Verdict:
    """What the finding claims, with a fresh canary. Raises Infeasible."""
    point = _point(finding, seed.points)
    trial = make_trial(seed, point, payload, canary, facts, finding.mutations)
    return Verdict(
        rule=finding.rule,
        trial=trial,
        witness=finding.witness,
        confidence=Confidence(finding.confidence),
        sink=finding.sink,
        path=finding.path,
    )


def _point(finding: Finding, points: tuple[InsertionPoint, ...]) -> InsertionPoint:
    """The finding's insertion point; for a finding that every event shows, any will do."""
    if not finding.insertion_point:
        return points[0]
    address = Address.parse(finding.insertion_point)
    known = next((p for p in points if p.address == address), None)
    return known or InsertionPoint(address=address, learnt=True)
