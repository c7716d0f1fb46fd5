"""SQL injection (CWE-89): the payload is more than one literal of a statement."""

from collections.abc import Iterator

from harness.model import AwsCall, Case, Observation, SinkCall, Verdict
from harness.oracles.base import sink_verdict
from harness.oracles.tokens import breaks_out, is_closed

# AWS calls which carry a statement: (service, parameter, dialects it may be in).
_STATEMENTS = {
    "rds-data": ("sql", ("postgresql", "mysql")),
    "rdsdata": ("sql", ("postgresql", "mysql")),
    "redshift-data": ("Sql", ("postgresql",)),
    "athena": ("QueryString", ("postgresql",)),
    "timestream-query": ("QueryString", ("postgresql",)),
}
# A part of a driver's module name -> its dialect.
_DIALECTS = {
    "sqlite": "sqlite",
    "sql.js": "sqlite",
    "psycopg": "postgresql",
    "pg": "postgresql",
    "postgres": "postgresql",
    "redshift": "postgresql",
    "mysql": "mysql",
    "maria": "mysql",
    "mssql": "mssql",
    "tedious": "mssql",
}
_ANY = ("sqlite", "postgresql", "mysql")
_CUT = 8000


class SqlOracle:
    """Statements as drivers (or AWS calls) got them, tokenised by the driver's own dialect.

    A bound parameter is not in the statement at all. A rightly escaped value stays one literal.
    What an attacker wrote became structure when it reaches over the edge of a literal. One that was
    escaped by half leaves a literal open, where the control's statement has none. Where the dialect
    is not known that must hold for every one that it may be.
    """

    rules = ("sql-injection",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "sql-injection" or not isinstance(trial.text, str):
            return
        marks = (trial.canary.token, str(trial.canary.a), str(trial.canary.b))
        for call, dialects in _statements(case.observation):
            statement = str(call.arguments.get("statement", ""))
            if _marked(statement, marks) and all(
                breaks_out(statement, dialect, trial.text, marks) or _left_open(case, call, dialect)
                for dialect in dialects
            ):
                yield sink_verdict("sql-injection", trial, call, statement)
                return


def _left_open(case: Case, call: SinkCall, dialect: str) -> bool:
    """Whether a literal runs to the end of a statement, and in none of the control's made there.

    Sensors cut long statements, which says nothing.
    """
    statement = str(call.arguments.get("statement", ""))
    if len(statement) >= _CUT or is_closed(statement, dialect):
        return False
    made = [
        str(other.arguments.get("statement", ""))
        for other, _ in _statements(case.control)
        if (other.operation, other.file, other.line) == (call.operation, call.file, call.line)
    ]
    return bool(made) and all(is_closed(other, dialect) for other in made)


def _marked(statement: str, marks: tuple[str, ...]) -> bool:
    """Whether a statement holds anything of this trial: most do not, and tokenising costs."""
    lowered = statement.lower()
    return any(mark in lowered for mark in marks)


def dialects_of(driver: str) -> tuple[str, ...]:
    """The dialects that a driver's module may speak."""
    known = next((d for part, d in _DIALECTS.items() if part in driver.lower()), None)
    return (known,) if known else _ANY


def _statements(observation: Observation) -> Iterator[tuple[SinkCall, tuple[str, ...]]]:
    for sink in observation.outcome.sinks:
        if sink.category == "sql":
            driver = str(sink.arguments.get("driver") or sink.operation.partition(".")[0])
            yield sink, dialects_of(driver)
    for call in observation.calls:
        carried = _carried(call)
        if carried is not None:
            statement, dialects = carried
            yield (
                SinkCall(
                    category="sql",
                    operation=f"{call.service}.{call.operation}",
                    arguments={"statement": statement},
                ),
                dialects,
            )


def _carried(call: AwsCall) -> tuple[str, tuple[str, ...]] | None:
    name, dialects = _STATEMENTS.get(call.service, ("", ()))
    value = call.parameters.get(name) if name else None
    return (value, dialects) if isinstance(value, str) else None
