"""Injection into queries that are no SQL: DynamoDB, PartiQL, Mongo (CWE-943), LDAP (CWE-90),
XPath (CWE-643)."""

import re
from collections.abc import Iterator
from typing import Any

from harness.model import AwsCall, Case, Confidence, SinkCall, Trial, Verdict, Witness
from harness.oracles.base import error_text, sink_verdict, texts_of
from harness.oracles.tokens import breaks_out

_EXPRESSIONS = re.compile(r"(?:Filter|KeyCondition|Condition|Update|Projection)Expression$")
# What the parsers of a language say of a query that a quote or parenthesis broke.
_BROKEN = {
    "xpath-injection": re.compile(r"XPath(?:Eval|Syntax)Error|XPathException"),
    "ldap-injection": re.compile(r"LDAPInvalidFilterError|FILTER_ERROR"),
}


class QueryOracle:
    """The payload is structure of a query as the service or the library got it."""

    rules = ("nosql-injection", "ldap-injection", "xpath-injection")

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        rule = trial.payload.rule
        if rule not in self.rules:
            return
        if rule == "nosql-injection":
            yield from _calls(case)
        for sink in case.observation.outcome.sinks:
            if sink.category == "query" and _LANGUAGES.get(_language(sink)) == rule:
                seen = _structure(sink, trial)
                if seen:
                    yield sink_verdict(rule, trial, sink, seen)
                    return
        yield from _broken(case)


_LANGUAGES = {
    "mongo": "nosql-injection",
    "ldap": "ldap-injection",
    "xpath": "xpath-injection",
}


def _language(sink: SinkCall) -> str:
    return str(sink.arguments.get("language", ""))


def _marks(trial: Trial) -> tuple[str, ...]:
    return (trial.canary.token, str(trial.canary.a), str(trial.canary.b))


def _structure(sink: SinkCall, trial: Trial) -> str:
    language, query = _language(sink), sink.arguments.get("query")
    if language == "mongo":
        return _operator(query, trial)
    if not isinstance(query, str) or not isinstance(trial.text, str):
        return ""
    if language == "ldap":
        return query if _ldap_filter(query, trial.canary.token) else ""
    return query if breaks_out(query, "xpath", trial.text, _marks(trial)) else ""


def _calls(case: Case) -> Iterator[Verdict]:
    for call in case.observation.calls:
        seen = _in_call(call, case.trial) if call.service.startswith("dynamodb") else ""
        if seen:
            yield Verdict(
                rule="nosql-injection",
                trial=case.trial,
                witness=Witness(
                    kind="structure", seen=seen[:400], where=f"aws:{call.service}.{call.operation}"
                ),
                confidence=Confidence.CONFIRMED,
            )
            return


def _in_call(call: AwsCall, trial: Trial) -> str:
    if not isinstance(trial.text, str):
        return ""
    for name, text in texts_of(call.parameters):
        if trial.canary.token not in text and str(trial.canary.a) not in text:
            continue
        if _EXPRESSIONS.search(name) and breaks_out(text, "expression", trial.text, _marks(trial)):
            return f"{name}: {text}"
        if name == "Statement" and breaks_out(text, "partiql", trial.text, _marks(trial)):
            return f"{name}: {text}"
    return ""


def _operator(query: Any, trial: Trial) -> str:
    """An operator of the payload's own in a Mongo filter, or its code in a `$where`."""
    token = trial.canary.token
    if isinstance(query, dict):
        for key, item in query.items():
            if key in ("$where", "$function", "$accumulator") and isinstance(trial.text, str):
                code = str(item)
                if breaks_out(code, "javascript", trial.text, _marks(trial)):
                    return code
            if key.startswith("$") and item == token and isinstance(trial.value, dict):
                return f"{key}: {token}"
            found = _operator(item, trial)
            if found:
                return found
    if isinstance(query, list):
        return next((seen for item in query if (seen := _operator(item, trial))), "")
    return ""


def _ldap_filter(query: str, token: str) -> bool:
    """An attribute named by the token: `(fz...=*)`. An escaped parenthesis is `\\28` (RFC 4515)."""
    return re.search(rf"\(\s*{token}\s*[~<>]?=", query) is not None


def _broken(case: Case) -> Iterator[Verdict]:
    """The language's own parser complains of what only an unescaped payload breaks.

    Nothing in a complaint tells which trial it was, so the trial must have been alone, and the
    control must not have been complained of.
    """
    pattern = _BROKEN.get(case.trial.payload.rule)
    if pattern is None or not case.alone:
        return
    seen = _complaint(case, pattern)
    control = case.control.outcome
    quiet = error_text(case.control) + control.logs + control.raw
    if seen and pattern.search(quiet) is None:
        yield Verdict(
            rule=case.trial.payload.rule,
            trial=case.trial,
            witness=Witness(kind="error", seen=seen, where="error"),
            confidence=Confidence.CONFIRMED,
        )


def _complaint(case: Case, pattern: re.Pattern[str]) -> str:
    outcome = case.observation.outcome
    for text in (error_text(case.observation), outcome.logs, outcome.raw):
        match = pattern.search(text)
        if match is not None:
            return text[max(0, match.start() - 60) : match.end() + 200]
    return ""
