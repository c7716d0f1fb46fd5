"""State that a warm runtime carries from one call to the next (CWE-488)."""

import re
from collections import OrderedDict
from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness
from harness.oracles.base import answer_text, excerpt

_TOKEN = re.compile(r"fz[a-z]{14}")
_KEPT = 20_000


class StateOracle:
    """An answer shows a canary that only an earlier call carried, from the same insertion point.

    The cloud is put back after each call, so what is left is the runtime's own: globals, default
    arguments, files in /tmp. The control right before a replay is such an earlier call.
    """

    rules = ("state-leak",)

    def __init__(self) -> None:
        self._points: OrderedDict[str, str] = OrderedDict()

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        point = str(trial.point)
        if trial.payload.rule == "state-leak":
            own = {other.canary.token for other in case.invocation.trials}
            mark = case.control_canary.token if case.control_canary is not None else None
            answer = answer_text(case.observation)
            for match in _TOKEN.finditer(answer):
                token = match.group(0)
                if token in own or (token != mark and self._points.get(token) != point):
                    continue
                yield Verdict(
                    rule="state-leak",
                    trial=trial,
                    witness=Witness(
                        kind="state",
                        seen="a value of an earlier call: "
                        + excerpt(answer, match.start(), len(token)),
                        where="response",
                    ),
                    confidence=Confidence.CONFIRMED,
                )
                break
        self._points[trial.canary.token] = point
        while len(self._points) > _KEPT:
            self._points.popitem(last=False)
