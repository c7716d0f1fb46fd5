"""Unsafe deserialisation (CWE-502): data named what is imported or called."""

from collections.abc import Iterator

from harness.model import Case, SinkCall, Verdict
from harness.oracles.base import sink_verdict

LOADERS = ("pickle", "_pickle", "yaml", "jsonpickle", "dill", "cloudpickle", "joblib", "shelve")


class DeserializationOracle:
    """A deserialiser resolved the name that the payload carries.

    `pickle.find_class` with the canary as module, or an import of a module of that name, happens
    only when data decides what is imported. A restricted unpickler or a safe loader refuses
    before that. A loader of JavaScript has made a function of `source`, which the payload wrote.
    What marshal loads is code as good as run ("never unmarshal data received from an untrusted
    source", https://docs.python.org/3/library/marshal.html): `data` need only be the payload's.
    """

    rules = ("unsafe-deserialization", "code-injection")

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        token = trial.canary.token
        for call in case.observation.outcome.sinks:
            if call.category == "deserialization":
                made = str(call.arguments.get("source") or call.arguments.get("data", ""))
                if token in made:
                    yield sink_verdict("unsafe-deserialization", trial, call, made)
                    return
                if _names(call, token) or _our_call(case, call):
                    seen = f"{call.arguments.get('module')}.{call.arguments.get('name')}"
                    yield sink_verdict("unsafe-deserialization", trial, call, seen)
                    return
            elif call.category == "import" and _names(call, token):
                loader = any(name in LOADERS for name in call.through)
                if loader or trial.payload.rule == "unsafe-deserialization":
                    seen = f"import of {call.arguments.get('module')}"
                    yield sink_verdict("unsafe-deserialization", trial, call, seen)
                    return


def _names(call: SinkCall, token: str) -> bool:
    """Whether the payload chose the module from its root on.

    `plugins.<token>` was looked for in a package that the application chose.
    """
    return str(call.arguments.get("module", "")).partition(".")[0] == token


def _our_call(case: Case, call: SinkCall) -> bool:
    """The payload's own function was resolved, which the control's loading never does."""
    name = (call.arguments.get("module"), call.arguments.get("name"))
    # The name carries no canary: of several trials nothing tells whose it was.
    if (
        case.trial.payload.rule != "unsafe-deserialization"
        or not case.alone
        or name
        not in (
            ("operator", "mul"),
            ("_operator", "mul"),
        )
    ):
        return False
    return not any(
        (c.arguments.get("module"), c.arguments.get("name")) == name
        for c in case.control.outcome.sinks
        if c.category == "deserialization"
    )
