"""Timeouts (CWE-400), crashes (CWE-248, 755) and spent memory (CWE-400, 770): no answer came."""

from collections.abc import Iterator

from harness.model import Case, Confidence, Status, Verdict, Witness

# A control that needs more than this part of the limit says that the function is merely slow.
_SLOW = 0.5


class TimeoutOracle:
    """The trial ran into the function's own limit; its control was well below it."""

    rules = ("timeout",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        if case.observation.outcome.status is not Status.TIMEOUT or not case.alone:
            return
        if case.trial.payload.rule == "redos":
            return  # a timeout of a pattern has a rule of its own
        limit = case.invocation.function.timeout * 1000
        control = case.control.outcome
        if control.status is Status.TIMEOUT or control.duration > limit * _SLOW:
            return
        yield Verdict(
            rule="timeout",
            trial=case.trial,
            witness=Witness(
                kind="timeout",
                seen=f"over {limit / 1000:g} s, the control took {control.duration:.0f} ms",
                where="duration",
            ),
            confidence=Confidence.CONFIRMED,
        )


class CrashOracle:
    """The runtime process ended; under the control it lived.

    Out of memory when it was killed for its memory, or asked for more than it may have: Lambda
    kills it then, here malloc refuses.
    """

    rules = ("runtime-crash", "out-of-memory")

    def judge(self, case: Case) -> Iterator[Verdict]:
        outcome = case.observation.outcome
        refused = outcome.error is not None and outcome.error.type == "MemoryError"
        starved = outcome.status is Status.OUT_OF_MEMORY or (
            outcome.status is Status.ERROR and refused
        )
        if not (starved or outcome.status is Status.CRASH) or not case.alone:
            return
        if case.control.outcome.status in (Status.CRASH, Status.OUT_OF_MEMORY, Status.INIT_ERROR):
            return
        yield Verdict(
            rule="out-of-memory" if starved else "runtime-crash",
            trial=case.trial,
            witness=Witness(
                kind="crash",
                seen=outcome.error.message if outcome.error else str(outcome.status),
                where="runtime",
            ),
            confidence=Confidence.CONFIRMED,
        )
