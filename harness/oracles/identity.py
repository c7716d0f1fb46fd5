"""Identity: who is let in (CWE-287, CWE-347, CWE-639), and whether a refusal is noted (CWE-778)."""

from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness
from harness.oracles.http import http_answer

_REFUSED = frozenset({401, 403})


class IdentityOracle:
    """Where the control is refused (401, 403) a forged identity is let in.

    No issuer has signed it and no canary is in it, so only a trial that was alone is judged.
    """

    rules = ("auth-bypass",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "auth-bypass" or not case.alone:
            return
        answer, control = http_answer(case, case.observation), http_answer(case, case.control)
        if answer is None or control is None:
            return
        if control.status in _REFUSED and answer.status < 300:
            yield Verdict(
                rule="auth-bypass",
                trial=case.trial,
                witness=Witness(
                    kind="identity",
                    seen=f"{answer.status}, where the control got {control.status}",
                    where="response",
                ),
                confidence=Confidence.CONFIRMED,
            )


class SilenceOracle:
    """A forged identity was refused and nothing at all was logged."""

    rules = ("missing-logging",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "missing-logging" or not case.alone:
            return
        if "logs" in case.observation.blind or case.observation.outcome.logs.strip():
            return
        answer, control = http_answer(case, case.observation), http_answer(case, case.control)
        if answer is None or control is None or answer.status not in _REFUSED:
            return
        yield Verdict(
            rule="missing-logging",
            trial=case.trial,
            witness=Witness(
                kind="silence", seen=f"refused with {answer.status}, no log line", where="log"
            ),
            confidence=Confidence.CONFIRMED,
        )
