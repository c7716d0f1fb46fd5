"""Replaying a finding: its smallest event once more, with a fresh canary in a fresh runtime."""

import itertools
from dataclasses import dataclass
from enum import StrEnum

from harness.campaign.config import RunConfig
from harness.campaign.confirm import Confirmer
from harness.campaign.posture import still_there
from harness.campaign.regress import aimed, as_seed
from harness.campaign.worker import Worker
from harness.campaign.workplace import Catalogue, Workplace
from harness.errors import TargetError, UsageError
from harness.events.arm import Infeasible
from harness.events.seed import make_seed
from harness.model import (
    Application,
    Canary,
    Finding,
    Function,
)
from harness.posture import RULES, Subject


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
    entered = finding.path[0].function if finding.path else finding.function
    function = next((f for f in application.functions if f.name == entered), None)
    if function is None:
        raise UsageError(
            f"function {entered} is gone", path=config.source, mend="run a new campaign"
        )
    if finding.rule in RULES:
        return _judged(finding, application, function, catalogue)
    payload = next((p for p in catalogue.payloads if p.id == finding.payload_id), None)
    if payload is None or finding.trigger not in catalogue.templates:
        raise UsageError(
            f"payload {finding.payload_id} or template {finding.trigger} is in no catalogue",
            mend="give the campaign's --payloads and --templates folders",
        )
    workplace = Workplace(
        config=config,
        application=application,
        catalogue=catalogue,
    )
    with Worker(workplace) as worker:
        try:
            with worker.opened(function) as (probe, oracles):
                triggers = config.triggers_of(function, catalogue.templates)
                trigger = triggers[min(finding.trigger_index, len(triggers) - 1)]
                template = catalogue.templates[finding.trigger]
                seed = as_seed(finding, make_seed(template, trigger, function))
                numbers = itertools.count()
                confirmer = Confirmer(
                    probe,
                    oracles,
                    lambda: Canary.make(finding.seed + 1, next(numbers)),
                    frozenset(catalogue.rules),
                )
                first = Canary.make(finding.seed, 0)
                verdict = aimed(finding, seed, payload, first, probe.facts(first))
                probe.fresh()
                shown = confirmer.attempt(seed, verdict, verdict.trial)
        except (TargetError, Infeasible) as error:
            return Replay(result=Replayed.ERROR, told=str(error))
    if shown is None:
        return Replay(result=Replayed.FIXED, told="the witness did not show")
    witness = shown.verdict.witness
    return Replay(result=Replayed.FAILED, told=f"{witness.kind} in {witness.where}: {witness.seen}")


def _judged(
    finding: Finding, application: Application, function: Function, catalogue: Catalogue
) -> Replay:
    """A finding of posture has no event: the template is read again, the calls are the same."""
    seen = Subject(
        application=application,
        function=function,
        used=frozenset(finding.calls),
        tested=True,
        thorough=True,
        reached=1.0,
    )
    now = still_there(finding, seen, catalogue.rules)
    if now is None:
        return Replay(result=Replayed.FIXED, told="the template no longer says so")
    return Replay(result=Replayed.FAILED, told=f"{now.witness.kind} in {now.witness.where}")
