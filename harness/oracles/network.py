"""Server-side request forgery (CWE-918): the function went where the payload sent it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.model import Case, Verdict
from harness.oracles.base import UNRESOLVED, OracleContext, sink_verdict


class NetworkOracle:
    """A connection to the listener, or a look-up of a host that carries the canary.

    A canary in the path or query of a request to the application's own host is data.
    """

    rules = ("ssrf",)

    def __init__(self, context: OracleContext) -> None:
        host, _, self._port = context.listener.partition(":")
        self._hosts = frozenset({host, "localhost", "127.1", "2130706433"})

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "ssrf":
            return
        controlled = {_target(c.arguments) for c in case.control.outcome.sinks}
        for call in case.observation.outcome.sinks:
            if call.category != "socket":
                continue
            host, port = _target(call.arguments)
            named = trial.canary.token in host and host.endswith(UNRESOLVED)
            if named or (self._is_listener(host, port, case) and (host, port) not in controlled):
                yield sink_verdict("ssrf", trial, call, f"{call.operation} {host}:{port}")
                return

    def _is_listener(self, host: str, port: str, case: Case) -> bool:
        """A connection to the listener says nothing of a trial: only one that was alone made it.

        Of several the callback's own path tells (see callback.py).
        """
        return bool(self._port) and port == self._port and host in self._hosts and case.alone


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
