"""Confirming: the verdict must come again, in a fresh runtime, with the control silent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from harness.campaign import flows
from harness.campaign.doses import timed
from harness.campaign.judge import Oracle, judge, judge_passages, weaker
from harness.campaign.probe import Follow, Probe
from harness.events.arm import Infeasible, arm, arm_control, control_value, make_trial
from harness.events.seed import Seed
from harness.model import (
    Canary,
    Confidence,
    Hop,
    Invocation,
    Observation,
    Passage,
    Status,
    Trial,
    Verdict,
)

REPLAYS = 2
# Rules about how the handler behaves: their control is the benign value itself. A payload's own
# control (a harmless text of the same shape) may well be one that the handler chokes on.
BEHAVIOUR = frozenset(
    {"verbose-error", "unhandled-exception", "timeout", "runtime-crash", "flow-bypass"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A verdict that came again, with the invocation and the control which show it."""

    verdict: Verdict
    invocation: Invocation
    observation: Observation
    control: Invocation
    confidence: Confidence
    everywhere: bool


class Confirmer:
    """Replays trials of one function."""

    def __init__(
        self,
        probe: Probe,
        oracles: Sequence[Oracle],
        canaries: Callable[[], Canary],
        rules: frozenset[str],
    ) -> None:
        self._probe = probe
        self._oracles = oracles
        self._canaries = canaries
        self._rules = rules

    def confirm(self, seed: Seed, verdict: Verdict, *, again: Trial) -> Confirmed | None:
        """None when no replay in a fresh runtime showed it, or the control showed it too."""
        hits: list[Confirmed] = []
        for replay in range(REPLAYS):
            # A runtime of its own for each call, then a new one for the control and the trial.
            # What one call leaves to the next can only show in a runtime that they share.
            alone = replay % 2 == 0 and verdict.witness.kind not in ("state", "delay")
            if not alone:
                self._probe.fresh()
            shown = self.attempt(seed, verdict, again, fresh=alone)
            if shown is not None:
                hits.append(shown)
            elif verdict.witness.kind in ("delay", "loop"):
                # A delay's false-alarm rate is that of two series; a loop goes on or is none.
                return None
        # One failure of two may be chance where a failure is all that there is to see.
        if len(hits) < (REPLAYS if verdict.rule in BEHAVIOUR else 1):
            return None
        last = hits[-1]
        reached = Confidence.CONFIRMED if len(hits) == REPLAYS else Confidence.LIKELY
        return Confirmed(
            verdict=last.verdict,
            invocation=last.invocation,
            observation=last.observation,
            control=last.control,
            confidence=weaker(reached, verdict.confidence),
            everywhere=last.everywhere,
        )

    def attempt(
        self, seed: Seed, verdict: Verdict, like: Trial, *, fresh: bool = False
    ) -> Confirmed | None:
        """One replay with a fresh canary: control first, then the trial.

        Both in the runtime as it is or, when `fresh`, each in one that saw no call before.
        """
        try:
            if verdict.witness.kind == "delay":
                return self._timed(seed, verdict, like)
            canary = self._canaries()
            trial = remake(seed, like, canary, self._probe.facts(canary))
            mark = self._canaries()
            harmless = trial.base if verdict.rule in BEHAVIOUR else control_value(trial, mark)
            control = arm_control(seed, [(trial.point, harmless)])
            armed = arm(seed, [trial])
            if verdict.rule == flows.RULE:
                return self._bypassed(seed, verdict, armed, control, fresh=fresh)
            # What lies behind other functions is only looked at where the verdict is about it.
            looping = verdict.witness.kind == "loop"
            chained = Follow.EVERYTHING if verdict.path or looping else Follow.NOTHING
            quiet = self._probe.observe(control, fresh=fresh, follow=chained)
            controls = self._probe.passages
            shown = self._probe.observe(armed, fresh=fresh, follow=chained)
        except Infeasible:
            return None
        verdicts = judge(
            self._oracles,
            armed,
            shown,
            quiet,
            rules=self._rules,
            control_canary=mark,
            control_value=harmless,
        ) + judge_passages(
            self._oracles,
            self._probe.passages,
            controls,
            rules=self._rules,
            control_canary=mark,
            control_value=harmless,
        )
        same = matching(verdicts, verdict)
        if same is None or (looping and came_to_rest(self._probe.passages, verdicts)):
            return None
        everywhere = verdict.witness.kind == "secret" and any(
            v.rule == verdict.rule
            for v in judge(self._oracles, armed, quiet, quiet, rules=self._rules)
        )
        return Confirmed(
            verdict=same,
            invocation=armed,
            observation=shown,
            control=control,
            confidence=same.confidence,
            everywhere=everywhere,
        )

    def _timed(self, seed: Seed, verdict: Verdict, like: Trial) -> Confirmed | None:
        shown = timed(self._probe, seed, like, self._canaries(), self._canaries())
        if shown is None:
            return None
        return Confirmed(
            verdict=replace(verdict, trial=shown.trial, witness=shown.witness),
            invocation=shown.invocation,
            observation=shown.observation,
            control=shown.control,
            confidence=verdict.confidence,
            everywhere=False,
        )

    def _bypassed(
        self,
        seed: Seed,
        verdict: Verdict,
        armed: Invocation,
        control: Invocation,
        *,
        fresh: bool,
    ) -> Confirmed | None:
        found = flows.bypasses(self._probe, self._oracles, seed, armed, fresh=fresh)
        same = matching(found, verdict)
        if same is None:
            return None
        return Confirmed(
            verdict=same,
            invocation=armed,
            observation=self._probe.observe(armed, fresh=fresh),
            control=control,
            confidence=same.confidence,
            everywhere=False,
        )


def remake(seed: Seed, like: Trial, canary: Canary, facts: dict[str, str]) -> Trial:
    """The same attempt with another canary."""
    return make_trial(seed, like.point, like.payload, canary, facts, like.mutations)


def came_to_rest(passages: Iterable[Passage], verdicts: Iterable[Verdict]) -> bool:
    """Whether the function was sent what it wrote, coped with it, and did not write again."""
    again = any(v.witness.kind == "loop" and _came_back(v.path) for v in verdicts)
    return not again and any(
        _came_back(passage.path) and passage.observation.outcome.status is Status.OK
        for passage in passages
    )


def _came_back(path: Sequence[Hop]) -> bool:
    return len(path) > 1 and path[-1].function == path[0].function


def matching(verdicts: Iterable[Verdict], wanted: Verdict) -> Verdict | None:
    """The verdict of the same rule, at the same sink when there are several."""
    same = [v for v in verdicts if v.rule == wanted.rule and v.path == wanted.path]
    at_sink = [v for v in same if v.sink == wanted.sink]
    return next(iter(at_sink or same), None)
