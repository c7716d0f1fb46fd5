"""Path traversal (CWE-22), also by archives (zip slip) and XML entities (CWE-611).

The trial's decoy file was read, or a path in its folder was touched.
"""

from collections.abc import Iterator

from harness.model import Case, Confidence, Verdict, Witness
from harness.oracles.base import OracleContext, find, sink_verdict


class PathOracle:
    """The decoy's content shows, or a file operation resolved to the place the payload chose.

    The folder's name is unguessable and the file's name is the canary, so a resolved path in it can
    only come from the payload. The canary as a mere name inside the function's own folder is data.
    """

    rules = ("path-traversal", "zip-slip", "xxe")

    def __init__(self, context: OracleContext) -> None:
        self._folder = context.decoy_folder

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        rule = trial.payload.rule if trial.payload.rule in self.rules else "path-traversal"
        if trial.payload.witness.decoy:
            found = find(case.observation, trial.canary.planted)
            if found is not None:
                yield Verdict(
                    rule=rule,
                    trial=trial,
                    witness=Witness(kind="decoy", seen=found[1], where=found[0]),
                    confidence=Confidence.CONFIRMED,
                )
        if not self._folder:
            return
        for call in case.observation.outcome.sinks:
            if call.category != "file":
                continue
            resolved = str(call.arguments.get("resolved", ""))
            if resolved.startswith(self._folder) and trial.canary.token in resolved:
                yield sink_verdict(rule, trial, call, f"{call.operation} {resolved}")
                return
