"""Replaying a finding: its smallest event once more, with a fresh canary in a fresh runtime."""

from dataclasses import dataclass, replace
from enum import StrEnum

from harness.campaign.config import RunConfig
from harness.campaign.confirm import Confirmer
from harness.campaign.function_run import Catalogue
from harness.campaign.worker import Shard, Worker
from harness.errors import TargetError, UsageError
from harness.events.arm import Infeasible, make_trial
from harness.events.seed import make_seed
from harness.model import (
    Address,
    Application,
    Canary,
    Confidence,
    Finding,
    InsertionPoint,
    Verdict,
)


class Replayed(StrEnum):
    """What a replay showed."""

    FAILED = "FAILED"  # the witness shows again
    FIXED = "FIXED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replay's result, and one line of evidence or explanation."""

    result: Replayed
    told: str


def replay(
    finding: Finding, config: RunConfig, application: Application, catalogue: Catalogue
) -> Replay:
    """Send a finding's event again. Raises UsageError when the application no longer fits it."""
    function = next((f for f in application.functions if f.name == finding.function), None)
    if function is None:
        raise UsageError(
            f"function {finding.function} is gone", path=config.source, mend="run a new campaign"
        )
    payload = next((p for p in catalogue.payloads if p.id == finding.payload_id), None)
    if payload is None or finding.trigger not in catalogue.templates:
        raise UsageError(
            f"payload {finding.payload_id} or template {finding.trigger} is in no catalogue",
            mend="give the campaign's --payloads and --templates folders",
        )
    shard = Shard(
        config=config,
        application=application,
        catalogue=catalogue,
        deadline=None,
        workers=1,
        done={},
        known={},
    )
    with Worker(shard, lambda _: None, lambda: False) as worker:
        try:
            with worker.opened(function) as (probe, oracles):
                triggers = function.triggers or worker.triggers(function)
                trigger = triggers[min(finding.trigger_index, len(triggers) - 1)]
                template = catalogue.templates[finding.trigger]
                seed = replace(
                    make_seed(template, trigger, function),
                    event=finding.event,
                    state=finding.state,
                )
                number = (finding.seed + 1) * 1_000_003
                counter = iter(range(1_000))
                confirmer = Confirmer(
                    probe,
                    oracles,
                    lambda: Canary.make(number, next(counter)),
                    frozenset(catalogue.rules),
                )
                point = _point(finding, seed.points)
                first = Canary.make(number, 999_999)
                trial = make_trial(
                    seed, point, payload, first, probe.facts(first), finding.mutations
                )
                verdict = Verdict(
                    rule=finding.rule,
                    trial=trial,
                    witness=finding.witness,
                    confidence=Confidence(finding.confidence),
                    sink=finding.sink,
                )
                probe.fresh()
                shown = confirmer.attempt(seed, verdict, trial)
        except (TargetError, Infeasible) as error:
            return Replay(result=Replayed.ERROR, told=str(error))
    if shown is None:
        return Replay(result=Replayed.FIXED, told="the witness did not show")
    witness = shown.verdict.witness
    return Replay(result=Replayed.FAILED, told=f"{witness.kind} in {witness.where}: {witness.seen}")


def _point(finding: Finding, points: tuple[InsertionPoint, ...]) -> InsertionPoint:
    """The finding's insertion point; for a finding that every event shows, any will do."""
    if not finding.insertion_point:
        return points[0]
    address = Address.parse(finding.insertion_point)
    known = next((p for p in points if p.address == address), None)
    return known or InsertionPoint(address=address, learnt=True)
