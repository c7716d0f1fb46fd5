"""Out-of-band callbacks: the listener was called with this trial's token."""

from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness


class CallbackOracle:
    """A request with the trial's token reached the listener while (or after) the function ran."""

    rules = (
        "ssrf",
        "os-command-injection",
        "code-injection",
        "ssti",
        "unsafe-deserialization",
        "xxe",
    )

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if not trial.payload.witness.callback:
            return
        for callback in case.observation.callbacks:
            if callback.token == trial.canary.token:
                yield Verdict(
                    rule=trial.payload.rule,
                    trial=trial,
                    witness=Witness(
                        kind="callback",
                        seen=f"{callback.method} {callback.path}",
                        where="callback",
                    ),
                    confidence=Confidence.CONFIRMED,
                )
                return
