"""Unhandled exceptions (CWE-248, 755): a value of the right type made the handler raise."""

import re
from collections.abc import Iterator

from harness.model import Case, Confidence, Sink, Status, Verdict, Witness
from harness.oracles.base import OracleContext

_FRAME = re.compile(
    r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)\n?(?P<code>.*)'
)
_RAISES = re.compile(r"(?:^|:\s*)raise\b|\bthrow\b|\bnew\s+\w*(?:Error|Exception)\b")
# Not the value's doing: the runtime's own complaints, and what depends on the cloud's weather.
_NOT_OURS = ("Runtime.", "Function.", "Sandbox.")
# Sizes and depths that are sent to see whether the process survives; an exception is the good end.
_EXTREME = frozenset({"timeout", "runtime-crash", "redos", "out-of-memory", "denial-of-wallet"})


class ExceptionOracle:
    """The control went through, the trial's value raised, and not by the application's own `raise`.

    Only a trial that was alone can be blamed. See docs/decisions/0005.
    """

    rules = ("unhandled-exception",)

    def __init__(self, context: OracleContext) -> None:
        self._root = context.task_root.rstrip("/") + "/" if context.task_root else ""

    def judge(self, case: Case) -> Iterator[Verdict]:
        outcome = case.observation.outcome
        if (
            outcome.status is not Status.ERROR
            or case.control.outcome.status is not Status.OK
            or not case.alone
            or case.trial.payload.rule in _EXTREME
            or type(case.trial.value) is not type(case.trial.base)
            or not isinstance(case.trial.value, (str, int, float))
        ):
            return
        error = outcome.error
        if error is None or error.type.startswith(_NOT_OURS) or error.type == "MemoryError":
            return
        sink = None
        for frame in error.trace:
            match = _FRAME.match(frame)
            if match is None or not match["file"].startswith(self._root):
                continue
            sink = Sink(
                file=match["file"].removeprefix(self._root),
                line=int(match["line"]),
                call=error.type,
                function=match["name"],
            )
            code = match["code"].strip()
        if sink is not None and _RAISES.search(code):
            return
        yield Verdict(
            rule="unhandled-exception",
            trial=case.trial,
            witness=Witness(
                kind="error", seen=f"{error.type}: {error.message}"[:400], where="error"
            ),
            confidence=Confidence.CONFIRMED,
            sink=sink,
        )
