"""Out-of-band callbacks: the listener was called with this trial's token."""

from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness

# Functions that only check where a URL leads resolve its host, too.
_CHECKED = frozenset({"ssrf", "xxe"})


class CallbackOracle:
    """A request with the trial's token reached the listener while (or after) the function ran.

    That the token was resolved alone says less: a careful function looks a name up before it
    refuses to call it.
    """

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
        ours = [c for c in case.observation.callbacks if c.token == trial.canary.token]
        for callback in sorted(ours, key=lambda c: c.protocol == "dns")[:1]:
            confidence = Confidence.CONFIRMED
            if callback.protocol == "dns":
                checked = trial.payload.rule in _CHECKED
                confidence = Confidence.TENTATIVE if checked else Confidence.LIKELY
            yield Verdict(
                rule=trial.payload.rule,
                trial=trial,
                witness=Witness(
                    kind="callback",
                    seen=f"{callback.method or callback.protocol} {callback.path}",
                    where="callback",
                ),
                confidence=confidence,
            )
