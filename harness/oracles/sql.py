"""SQL injection (CWE-89): the payload is more than one literal of a statement."""

import re
from collections.abc import Iterator

from harness.model import AwsCall, Case, SinkCall, Verdict
from harness.oracles.base import sink_verdict

# Tokens as SQLite, PostgreSQL and MySQL agree on them; an unclosed quote runs to the end.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z)|\#[^\n]*)
    | (?P<text>'(?:[^']|'')*(?:'|\Z))
    | (?P<quoted>"(?:[^"]|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z)|\[[^\]]*(?:\]|\Z))
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_][\w$]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

# AWS calls which carry a statement: (service, parameter).
_STATEMENTS = {
    "rds-data": "sql",
    "rdsdata": "sql",
    "redshift-data": "Sql",
    "athena": "QueryString",
    "timestream-query": "QueryString",
}


class SqlOracle:
    """Statements as drivers (or AWS calls) got them, tokenised.

    A bound parameter is not in the statement at all. A rightly escaped value stays one literal.
    What an attacker wrote became structure when it reaches over the edge of a literal.
    """

    rules = ("sql-injection",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "sql-injection" or not isinstance(trial.text, str):
            return
        for call in _statements(case):
            statement = str(call.arguments.get("statement", ""))
            if breaks_out(statement, trial.text, _marks(trial.canary.token, trial.canary.a)):
                yield sink_verdict("sql-injection", trial, call, statement)
                return


def _marks(token: str, a: int) -> tuple[str, ...]:
    return (token, str(a))


def _statements(case: Case) -> Iterator[SinkCall]:
    for sink in case.observation.outcome.sinks:
        if sink.category == "sql":
            yield sink
    for call in case.observation.calls:
        statement = _carried(call)
        if statement:
            yield SinkCall(
                category="sql",
                operation=f"{call.service}.{call.operation}",
                arguments={"statement": statement},
            )


def _carried(call: AwsCall) -> str:
    name = _STATEMENTS.get(call.service)
    value = call.parameters.get(name) if name else None
    return value if isinstance(value, str) else ""


def breaks_out(statement: str, payload: str, marks: tuple[str, ...]) -> bool:
    """Whether a payload is in a statement as more than the inside of one literal.

    The payload is looked for verbatim: an escaped one is another text, and is looked at by its
    marks, which must then all stand inside literals.
    """
    at = statement.find(payload)
    if at >= 0:
        return not _inside_one_literal(statement, at, at + len(payload))
    # Changed on the way (case, spaces): a mark as a token of its own is structure too. Whole
    # words only: an identifier that merely contains the canary was built by the application.
    for token in _TOKEN.finditer(statement):
        if token.lastgroup in ("number", "word") and token.group(0) in marks:
            return True
    return False


def _inside_one_literal(statement: str, start: int, end: int) -> bool:
    for token in _TOKEN.finditer(statement):
        if token.start() <= start and end <= token.end():
            kind = token.lastgroup
            if kind == "text" or kind == "quoted":
                # An unclosed literal at the end: the payload's own quote opened or ate something.
                quote = "]" if token.group(0)[0] == "[" else token.group(0)[0]
                return len(token.group(0)) > 1 and token.group(0).endswith(quote)
            return kind in ("number", "word")
        if token.start() > start:
            return False
    return False
