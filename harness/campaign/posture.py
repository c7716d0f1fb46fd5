"""Findings of posture: judged when a function's campaign is over, without an event."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from harness.campaign.account import Account, is_complete
from harness.campaign.config import DIRECT
from harness.model import (
    Application,
    FileCoverage,
    Finding,
    Function,
    Rule,
    Witness,
    fingerprint,
)
from harness.posture import Claim, Subject, claims


def subject(
    application: Application,
    function: Function,
    accounts: Sequence[Account],
    coverage: Sequence[FileCoverage] = (),
) -> Subject:
    """A function with what its jobs saw of it."""
    lines = sum(file.lines for file in coverage)
    return Subject(
        application=application,
        function=function,
        used=frozenset(used for account in accounts for used in account.used),
        tested=any(account.tested for account in accounts),
        thorough=is_complete(accounts),
        reached=sum(file.reached for file in coverage) / lines if lines else 0.0,
    )


def posture_findings(seen: Subject, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """What is wrong with the deployment of a function, of those rules that are on."""
    for claim in claims(seen):
        if claim.rule in rules:
            yield _finding(seen, claim, rules[claim.rule])


def still_there(finding: Finding, seen: Subject, rules: Mapping[str, Rule]) -> Finding | None:
    """The finding as the application now shows it; None when it is mended."""
    found = posture_findings(seen, rules)
    return next((now for now in found if now.id == finding.id), None)


def _finding(seen: Subject, claim: Claim, rule: Rule) -> Finding:
    triggers = seen.function.triggers
    trigger = claim.trigger or (triggers[0].template if triggers else DIRECT)
    identity = fingerprint(
        rule=rule.id,
        function=seen.function.name,
        trigger=claim.trigger,
        address=f"@{claim.about}",
        sink=None,
    )
    return Finding(
        id=identity,
        rule=rule.id,
        severity=claim.severity,
        confidence=claim.confidence,
        function=seen.function.name,
        trigger=trigger,
        insertion_point="",
        payload_id="",
        payload=None,
        event=None,
        state={},
        witness=Witness(kind=claim.kind, seen=claim.seen, where=claim.where),
        sink=None,
        cwe=rule.cwe,
        sas=rule.sas,
        trials_to_detect=0,
        invocations_to_detect=0,
        calls=_calls(seen.used) if claim.kind == "granted" else (),
        reproduce=(f"faasfuzz replay {identity}",),
    )


def _calls(used: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(used))
