"""Logs: lines that the payload forged (CWE-117)."""

import re
from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness


class LogOracle:
    """A log line begins with the payload's own text and holds nothing else.

    A line break that the application escaped (repr, JSON) leaves the payload inside of its line.
    """

    rules = ("log-injection",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        logs = case.observation.outcome.logs
        if trial.payload.rule != "log-injection" or trial.canary.token not in logs:
            return
        line = re.search(rf"^\[INFO\] {trial.canary.token} forged.*$", logs, re.MULTILINE)
        if line is not None:
            yield Verdict(
                rule="log-injection",
                trial=trial,
                witness=Witness(kind="log", seen=line.group(0)[:400], where="log"),
                confidence=Confidence.CONFIRMED,
            )
