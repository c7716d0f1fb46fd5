"""What an answer makes its reader do: redirects (CWE-601), headers (CWE-113), origins (CWE-942)."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.model import Case, Confidence, Trial, Verdict, Witness
from harness.oracles.base import UNRESOLVED
from harness.oracles.http import HttpAnswer, http_answer

# Browsers strip these from a URL and read backslashes as slashes (WHATWG URL, "URL parsing").
_STRIPPED = re.compile(r"[\t\r\n]")


class AnswerOracle:
    """The trial's host, header or origin stands in the answer's headers as such."""

    rules = ("open-redirect", "header-injection", "cors-misconfiguration")

    def judge(self, case: Case) -> Iterator[Verdict]:
        look = _LOOKS.get(case.trial.payload.rule)
        if look is None or case.trial.canary.token not in case.observation.outcome.raw:
            return
        answer = http_answer(case, case.observation)
        if answer is None:
            return
        seen = look(answer, case.trial)
        if seen:
            yield Verdict(
                rule=case.trial.payload.rule,
                trial=case.trial,
                witness=Witness(kind="header", seen=seen[:400], where="response"),
                confidence=Confidence.CONFIRMED,
            )


def _redirect(answer: HttpAnswer, trial: Trial) -> str:
    """A redirect to a host of the payload's: the path or query of the own host is data."""
    location = answer.header("location") if 300 <= answer.status < 400 else ""
    refresh = re.search(r"url=['\"]?(.+)", answer.header("refresh"), re.IGNORECASE)
    for target in (location, refresh.group(1) if refresh else ""):
        if trial.canary.token in _host(target):
            return f"{answer.status} location: {target}"
    return ""


def _host(target: str) -> str:
    """The host that a browser goes to, when it is one of ours; else an empty text."""
    plain = _STRIPPED.sub("", target).strip("\x00\x1f ").replace("\\", "/")
    # `https:host` and `https:///host` are `https://host` to a browser.
    plain = re.sub(r"^(https?):/*", r"\1://", plain, flags=re.IGNORECASE)
    if re.match(r"/{2,}", plain):
        plain = "https://" + plain.lstrip("/")
    try:
        host = urlsplit(plain).hostname or ""
    except ValueError:
        return ""
    return host if host.endswith(UNRESOLVED) else ""


def _own_header(answer: HttpAnswer, trial: Trial) -> str:
    """A header line of the payload's own: a line break in a value, or a name."""
    token = trial.canary.token
    for name, value in answer.headers:
        line = re.search(rf"[\r\n]+{token}:.*", value)
        if line is not None:
            return f"{name}: {value!r}"
        if name == token or (name.startswith(token) and ":" in name):
            return f"a header named {name!r}"
    return ""


def _origin(answer: HttpAnswer, trial: Trial) -> str:
    """The foreign origin is allowed, and with credentials (Fetch standard, "CORS protocol")."""
    allowed = answer.header("access-control-allow-origin")
    credentials = answer.header("access-control-allow-credentials").lower()
    host = _host(allowed)
    if allowed == trial.value and trial.canary.token in host and credentials == "true":
        return f"access-control-allow-origin: {allowed}, with credentials"
    return ""


_LOOKS = {
    "open-redirect": _redirect,
    "header-injection": _own_header,
    "cors-misconfiguration": _origin,
}
