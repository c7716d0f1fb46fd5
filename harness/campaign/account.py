"""What one job did, as numbers that add up; and the summary of a function from all its jobs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.campaign.jobs import Phase, Reached
from harness.model import FileCoverage, Function, FunctionSummary, RuleTally, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The state of one job at a checkpoint.

    `trials`, `skipped` (settled before their turn) and `left` (not tried so far) count by rule;
    `infeasible` counts trials that the service would not have let through, `unconfirmed`
    suspicions that did not come again. `novel` is what exploring saw for the first time. `gain` is
    the mean reward of its trials, from 0 to 1. `unread` are points the handler was not seen to
    read. `lines` and `branches` are those reached, by file, `used` the AWS calls as policies name
    them. `complete` says that nothing of the job is left, `hopeless` that no other job of the
    function can do better (it never started).
    """

    phase: Phase
    shard: int = 0
    shards: int = 1
    attempt: int = 0
    invocations: int = 0
    errors: int = 0
    trials: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    infeasible: int = 0
    unconfirmed: int = 0
    novel: int = 0
    gain: float = 0.0
    seconds: float = 0.0
    tested: bool = False
    complete: bool = False
    hopeless: bool = False
    reason: str = ""
    points: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    branches: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    used: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; the inverse of from_json."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Account":
        """An account as as_json wrote it."""
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items()
        }
        for kind in ("lines", "branches"):
            fields[kind] = {file: tuple(places) for file, places in data.get(kind, {}).items()}
        return cls(**{**fields, "phase": Phase(data["phase"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A function that a campaign is to test, as the store remembers it."""

    name: str
    runtime: str
    handler: str
    triggers: tuple[str, ...]
    declared_in: str
    code: str
    notes: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Planned":
        """The inverse of dataclasses.asdict, once it was written as JSON."""
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items()
        }
        return cls(**fields)


def planned(function: Function, triggers: Sequence[Trigger]) -> Planned:
    """What the reports need to know of a function, and the triggers by which it is tested."""
    return Planned(
        name=function.name,
        runtime=function.runtime,
        handler=function.handler,
        triggers=tuple(dict.fromkeys(trigger.template for trigger in triggers)),
        declared_in=function.declared_in,
        code=str(function.code or ""),
        notes=function.notes,
    )


def is_complete(accounts: Sequence[Account]) -> bool:
    """Whether the whole plan of a function was gone through, in one cut of shards or another."""
    for shards in {a.shards for a in accounts if a.phase is Phase.FULL}:
        finished = {
            a.shard for a in accounts if a.phase is Phase.FULL and a.shards == shards and a.complete
        }
        if finished == set(range(shards)):
            return True
    return False


def reached(accounts: Sequence[Account]) -> Reached:
    """Where any of the jobs got to."""
    return Reached(
        lines=_together(account.lines for account in accounts),
        branches=_together(account.branches for account in accounts),
    )


def _together(told: Iterable[Mapping[str, Iterable[int]]]) -> dict[str, frozenset[int]]:
    places: dict[str, set[int]] = {}
    for files in told:
        for file, numbers in files.items():
            places.setdefault(file, set()).update(numbers)
    return {file: frozenset(numbers) for file, numbers in places.items()}


def summarise(
    function: Planned,
    accounts: Sequence[Account],
    findings: Counter[str],
    coverage: Sequence[FileCoverage] = (),
) -> FunctionSummary:
    """One function's summary. `accounts` are in the order of their jobs, `findings` by rule."""
    trials: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for account in accounts:
        trials.update(account.trials)
        skipped.update(account.skipped)
    for account in _latest(accounts):
        skipped.update(account.left)
    tested = any(account.tested for account in accounts)
    return FunctionSummary(
        name=function.name,
        runtime=function.runtime,
        handler=function.handler,
        triggers=tuple(function.triggers),
        invocations=sum(account.invocations for account in accounts),
        trials=trials.total(),
        errors=sum(account.errors for account in accounts),
        tested=tested,
        reason=_reason(accounts, tested=tested),
        points=_union(account.points for account in accounts),
        learnt=_union(account.learnt for account in accounts),
        tallies=tuple(
            RuleTally(
                rule=rule, trials=trials[rule], skipped=skipped[rule], findings=findings[rule]
            )
            for rule in sorted(set(trials) | set(skipped) | set(findings))
        ),
        seconds=round(sum(account.seconds for account in accounts), 3),
        notes=_notes(function, accounts),
        declared_in=function.declared_in,
        code=function.code,
        coverage=tuple(coverage),
    )


def _latest(accounts: Sequence[Account]) -> list[Account]:
    """The last accounts of the plan: later ones know what earlier ones left."""
    planned = [a for a in accounts if a.phase is not Phase.EXPLORE and a.points]
    if not planned:
        return []
    last = planned[-1]
    by_shard = {
        a.shard: a
        for a in planned
        if (a.phase, a.attempt, a.shards) == (last.phase, last.attempt, last.shards)
    }
    return list(by_shard.values())


def _reason(accounts: Sequence[Account], *, tested: bool) -> str:
    """Why the function was not tested, or not to the end."""
    if not accounts:
        return "its turn never came"
    if is_complete(accounts) and tested:
        return ""
    told = [account.reason for account in reversed(accounts) if account.reason]
    return told[0] if told else ""


def _union(parts: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))


def _notes(function: Planned, accounts: Sequence[Account]) -> tuple[str, ...]:
    notes = list(function.notes)
    notes += [note for note in _union(account.notes for account in accounts) if note not in notes]
    infeasible = sum(account.infeasible for account in accounts)
    if infeasible:
        notes.append(
            f"{infeasible} trials were not sent: the service would not have let the value through"
        )
    unconfirmed = sum(account.unconfirmed for account in accounts)
    if unconfirmed:
        notes.append(f"{unconfirmed} suspicions did not come again in a fresh runtime")
    unread = _union(account.unread for account in accounts)
    if unread:
        notes.append(f"{len(unread)} insertion points were never seen to be read")
    return tuple(notes)
