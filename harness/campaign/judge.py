"""Asking the oracles, and merging what they say of one trial."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from harness.model import (
    Canary,
    Case,
    Confidence,
    Invocation,
    Observation,
    Outcome,
    Passage,
    Sink,
    SinkCall,
    Status,
    Trial,
    Verdict,
)

_STRENGTH = (
    "callback",
    "computed",
    "decoy",
    "secret",
    "sink",
    "delay",
    "timeout",
    "crash",
    "error",
)
_STRUCTURE_RULES = frozenset({"code-injection", "ssti", "sql-injection", "os-command-injection"})


class Oracle(Protocol):
    """See harness/oracles/base.py."""

    @property
    def rules(self) -> tuple[str, ...]: ...
    def judge(self, case: Case) -> Iterator[Verdict]: ...


def judge(
    oracles: Iterable[Oracle],
    invocation: Invocation,
    observation: Observation,
    control: Observation,
    *,
    rules: frozenset[str],
    control_canary: Canary | None = None,
    control_value: object = None,
    trials: Sequence[Trial] | None = None,
) -> list[Verdict]:
    """What the oracles claim of the trials that the invocation carried, one verdict a rule.

    `trials` are those of them to look at; all when it is not given.
    """
    found: list[Verdict] = []
    for trial in invocation.trials if trials is None else trials:
        case = Case(
            invocation=invocation,
            trial=trial,
            observation=observation,
            control=control,
            control_value=control_value,
            control_canary=control_canary,
            alone=len(invocation.trials) == 1,
        )
        verdicts = [v for oracle in oracles for v in oracle.judge(case)]
        verdicts = [located(v, observation.outcome.sinks) for v in verdicts]
        found += [v for v in merge(verdicts) if v.rule in rules]
    return found


# What is not tied to a trial by its canary says nothing behind another function.
_TIED = frozenset({"callback", "computed", "decoy", "sink", "loop", "flow"})
_NOTHING = Observation(outcome=Outcome(status=Status.OK))


def judge_passages(
    oracles: Iterable[Oracle],
    passages: Iterable[Passage],
    controls: Sequence[Passage],
    *,
    rules: frozenset[str],
    control_canary: Canary | None = None,
    control_value: object = None,
) -> list[Verdict]:
    """What the oracles claim of trials that went on to other functions, with their paths.

    `controls` are the passages of the control, found by their path; none are known in an attack.
    """
    found: list[Verdict] = []
    for passage in passages:
        quiet = [c.observation for c in controls if c.path == passage.path]
        verdicts = judge(
            oracles,
            passage.invocation,
            passage.observation,
            quiet[0] if quiet else _NOTHING,
            rules=rules,
            control_canary=control_canary,
            control_value=control_value,
        )
        found += [_passed(v, passage) for v in verdicts if v.witness.kind in _TIED]
    return found


def _passed(verdict: Verdict, passage: Passage) -> Verdict:
    """The verdict with its path. What a function was sent by itself and sent on again is a loop."""
    came_back = passage.path[-1].function in {hop.function for hop in passage.path[:-1]}
    sure = verdict.witness.kind == "loop" and came_back
    return replace(
        verdict,
        path=passage.path,
        confidence=Confidence.CONFIRMED if sure else verdict.confidence,
    )


# Where the sensors look for what a rule is about, to name the place of a witness seen elsewhere.
CATEGORIES = {
    "os-command-injection": ("process",),
    "code-injection": ("code",),
    "sql-injection": ("sql",),
    "ssti": ("template", "code"),
    "ssrf": ("socket",),
    "path-traversal": ("file",),
    "unsafe-deserialization": ("deserialization", "import"),
}


def located(verdict: Verdict, sinks: Iterable[SinkCall]) -> Verdict:
    """A verdict whose witness was seen outside, with the sink that a sensor saw meanwhile.

    The sink that carries the canary, or the only place in the code where such a sink was called.
    """
    categories = CATEGORIES.get(verdict.rule, ())
    if verdict.sink is not None or not categories:
        return verdict
    near = [s for s in sinks if s.category in categories and s.file is not None]
    marked = [s for s in near if verdict.trial.canary.token in str(s.arguments)]
    places = {(s.file, s.line) for s in near}
    chosen = marked[0] if marked else near[0] if len(places) == 1 else None
    if chosen is None or chosen.file is None or chosen.line is None:
        return verdict
    sink = Sink(file=chosen.file, line=chosen.line, call=chosen.operation, function=chosen.function)
    return replace(verdict, sink=sink)


def merge(verdicts: list[Verdict]) -> list[Verdict]:
    """One verdict a rule and sink: the strongest witness, with the sink where any oracle knew it.

    A computed value proves that something was evaluated; where a sensor saw *what* evaluated it,
    the sensor's rule is the better name.
    """
    sinks = [v for v in verdicts if v.sink is not None and v.witness.kind == "sink"]
    structural = {v.rule for v in sinks if v.rule in _STRUCTURE_RULES}
    renamed = []
    for verdict in verdicts:
        if verdict.witness.kind == "computed" and structural and verdict.rule not in structural:
            verdict = replace(verdict, rule=sorted(structural)[0])
        renamed.append(verdict)
    merged: dict[tuple[str, str], Verdict] = {}
    by_rule: dict[str, list[Verdict]] = {}
    for verdict in renamed:
        by_rule.setdefault(verdict.rule, []).append(verdict)
    for rule, group in by_rule.items():
        placed = [v for v in group if v.sink is not None]
        best = min(group, key=_order)
        if placed and best.sink is None:
            best = replace(best, sink=min(placed, key=_order).sink)
        merged[(rule, "")] = best
        for verdict in placed:
            if best.sink is not None and verdict.sink != best.sink and verdict.sink is not None:
                place = f"{verdict.sink.file}:{verdict.sink.line}"
                merged.setdefault((rule, place), verdict)
    return list(merged.values())


def _order(verdict: Verdict) -> tuple[int, int]:
    kind = verdict.witness.kind
    strength = _STRENGTH.index(kind) if kind in _STRENGTH else len(_STRENGTH)
    return (verdict.confidence.rank, strength)


def weaker(one: Confidence, other: Confidence) -> Confidence:
    """The lower of two confidences."""
    return one if one.rank >= other.rank else other
