"""Work that an event causes beyond measure (CWE-1333, CWE-400, CWE-770)."""

from collections import Counter
from collections.abc import Iterator

from harness.model import Case, Confidence, Observation, Outcome, Status, Verdict, Witness

# CPU time of a text on which patterns backtrack, against a harmless text of the same length.
_CPU_MS = 150.0
_CPU_TIMES = 20.0
# Calls of one AWS operation that a number in the event asked for.
_CALLS = 60
_CALLS_TIMES = 10


def strains(outcome: Outcome, control: Outcome) -> bool:
    """Whether an event costs so much more CPU time than its control that patterns may backtrack."""
    return outcome.cpu >= _CPU_MS and outcome.cpu >= _CPU_TIMES * max(control.cpu, 1.0)


class BacktrackOracle:
    """CPU time explodes on a text that is no longer than its control's.

    CPU time, not the clock's: a slow network or a busy machine does not count. A trial that ran
    into the limit was stopped while it computed.
    """

    rules = ("redos",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial, outcome, control = case.trial, case.observation.outcome, case.control.outcome
        if trial.payload.rule != "redos" or not case.alone:
            return
        # A control that the handler refuses by raising is as quick and as telling.
        if control.status not in (Status.OK, Status.ERROR):
            return
        if outcome.status is Status.TIMEOUT and control.status is Status.ERROR and outcome.cpu == 0:
            return  # it may have waited for something that a refused text never gets to
        limit = case.invocation.function.timeout * 1000
        if outcome.status is Status.TIMEOUT:
            if control.duration > limit / _CPU_TIMES:
                return
            seen = f"over {limit / 1000:g} s, the control took {control.duration:.0f} ms"
        elif strains(outcome, control):
            seen = f"{outcome.cpu:.0f} ms of CPU time, the control took {control.cpu:.0f} ms"
        else:
            return
        yield Verdict(
            rule="redos",
            trial=trial,
            witness=Witness(kind="cpu", seen=seen, where="cpu"),
            confidence=Confidence.CONFIRMED,
        )


class WalletOracle:
    """A number in the event sets how often a billed operation is called."""

    rules = ("denial-of-wallet",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.trial.payload.rule != "denial-of-wallet" or not case.alone:
            return
        made, usual = _counts(case.observation), _counts(case.control)
        for (service, operation), count in made.most_common(1):
            before = usual[service, operation]
            if count >= _CALLS and count >= _CALLS_TIMES * max(before, 1):
                yield Verdict(
                    rule="denial-of-wallet",
                    trial=case.trial,
                    witness=Witness(
                        kind="calls",
                        seen=f"{operation} {count} times, under the control {before} times",
                        where=f"aws:{service}.{operation}",
                    ),
                    confidence=Confidence.CONFIRMED,
                )


def _counts(observation: Observation) -> Counter[tuple[str, str]]:
    return Counter((call.service, call.operation) for call in observation.calls)
