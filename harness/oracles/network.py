"""Server-side request forgery (CWE-918): the function went where the payload sent it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.model import Case, Verdict
from harness.oracles.base import OracleContext, sink_verdict

# The end of the names which payloads carry: a canary in front of another domain is data.
_UNRESOLVED = ".oob.faasfuzz.invalid"


class NetworkOracle:
    """A connection to the listener, or a look-up of a host that carries the canary.

    A canary in the path or query of a request to the application's own host is data.
    """

    rules = ("ssrf",)

    def __init__(self, context: OracleContext) -> None:
        self._host, _, self._port = context.listener.partition(":")

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "ssrf":
            return
        controlled = {_target(c.arguments) for c in case.control.outcome.sinks}
        for call in case.observation.outcome.sinks:
            if call.category != "socket":
                continue
            host, port = _target(call.arguments)
            ours = (trial.canary.token in host and host.endswith(_UNRESOLVED)) or (
                bool(self._port) and port == self._port and (host, port) not in controlled
            )
            if ours:
                yield sink_verdict("ssrf", trial, call, f"{call.operation} {host}:{port}")
                return


def _target(arguments: object) -> tuple[str, str]:
    """(host, port) of a socket record, as text."""
    if not isinstance(arguments, dict):
        return "", ""
    if "url" in arguments:
        try:
            parts = urlsplit(str(arguments["url"]))
            return parts.hostname or "", str(parts.port or "")
        except ValueError:
            return "", ""
    return str(arguments.get("host", "")), str(arguments.get("port", ""))
