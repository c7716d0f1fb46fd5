"""SQL statements, told before they run: sqlite3 and any other DB-API driver."""

from collections.abc import Callable
from pathlib import Path

from harness.model import Outcome, SinkCall

Called = Callable[..., Outcome]


def statements(outcome: Outcome) -> list[SinkCall]:
    assert outcome.error is None, outcome.error
    return [sink for sink in outcome.sinks if sink.category == "sql"]


def test_a_bound_value_is_a_parameter_and_a_concatenated_one_is_not(
    called: Called, runtime: str
) -> None:
    body = (
        "import sqlite3\n"
        "c = sqlite3.connect(':memory:')\n"
        "c.execute('select ?', ('x',))\n"
        "c.cursor().execute('select ' + repr('x'))\n"
        "c.executescript('select 1; select 2')\n"
        "c.cursor().executemany('insert into t values (?)', []) if 0 else None"
    )
    told = statements(called(body, runtime=runtime))
    assert [(s.arguments["statement"], s.arguments["parameters"]) for s in told] == [
        ("select ?", "('x',)"),
        ("select 'x'", None),
        ("select 1; select 2", None),
    ]


def test_a_statement_that_fails_is_told_too(called: Called) -> None:
    body = (
        "import sqlite3\ntry:\n    sqlite3.connect(':memory:').execute('sel')\n"
        "except sqlite3.Error:\n    pass"
    )
    assert [s.arguments["statement"] for s in statements(called(body))] == ["sel"]


def test_the_callers_own_factories_stay_and_are_told(called: Called, runtime: str) -> None:
    body = (
        "import sqlite3\n"
        "from sqlite3 import connect\n"
        "class Mine(sqlite3.Connection):\n    pass\n"
        "class Row(sqlite3.Cursor):\n    kind = 'mine'\n"
        "a = connect(':memory:', factory=Mine)\n"
        "b = connect(':memory:', 5, 0, None, True, Mine)\n"
        "c = a.cursor(Row)\n"
        "c.execute('select 1')\n"
        "b.execute('select 2')\n"
        "return [isinstance(a, Mine), isinstance(b, Mine), isinstance(c, Row), c.kind,\n"
        "        type(a).__name__, c.connection is a, a.in_transaction]"
    )
    outcome = called(body, runtime=runtime)
    assert [s.arguments["statement"] for s in statements(outcome)] == ["select 1", "select 2"]
    assert outcome.response == [True, True, True, "mine", "Mine", True, False]


DRIVER = """
import sqlite3 as _sqlite3
apilevel, paramstyle, threadsafety = "2.0", "qmark", 1

class Cursor:
    def __init__(self, real): self._real = real
    def execute(self, operation, parameters=()): return self._real.execute(operation, parameters)
    def executemany(self, operation, rows): return self._real.executemany(operation, rows)
    def fetchone(self): return self._real.fetchone()

class Connection:
    def __init__(self, path): self._real = _sqlite3.Connection(path)
    def cursor(self): return Cursor(self._real.cursor())
    def __enter__(self): return self
    def __exit__(self, *details): self._real.close()

def connect(path): return Connection(path)
"""


def test_a_driver_of_any_name_is_told_by_its_api(called: Called, tmp_path: Path) -> None:
    (tmp_path / "odddb.py").write_text(DRIVER)
    body = (
        "import odddb\n"
        "from odddb import connect\n"
        "with connect(':memory:') as c:\n"
        "    k = c.cursor()\n"
        "    k.execute(operation='select ?', parameters=(5,))\n"
        "    return [k.fetchone(), isinstance(c, odddb.Connection), isinstance(k, odddb.Cursor)]"
    )
    outcome = called(body)
    assert outcome.response == [[5], True, True]
    told = [s.arguments for s in statements(outcome)]
    assert told == [{"statement": "select ?", "parameters": "(5,)", "driver": "odddb"}]


C_TYPES = """
import sqlite3 as _sqlite3
from sqlite3 import Connection, Cursor
apilevel, paramstyle = "2.0", "qmark"
connect = Connection
"""


def test_a_driver_written_in_c_works_as_before(
    called: Called, tmp_path: Path, runtime: str
) -> None:
    (tmp_path / "odddb.py").write_text(C_TYPES)
    body = (
        "import odddb\n"
        "with odddb.connect(':memory:') as c:\n"
        "    c.isolation_level = None\n"
        "    k = c.cursor()\n"
        "    k.arraysize = 3\n"
        "    rows = list(k.execute('select ?', [7]))\n"
        "    more = c.execute('select 8').fetchone()\n"
        "    return [rows, more, isinstance(c, odddb.Connection), isinstance(k, odddb.Cursor),\n"
        "            c.isolation_level, k.arraysize]"
    )
    outcome = called(body, runtime=runtime)
    assert outcome.response == [[[7]], [8], True, True, None, 3]
    assert [s.arguments["statement"] for s in statements(outcome)] == ["select ?", "select 8"]


FACTORY = """
import sqlite3 as _sqlite3
apilevel, paramstyle = "2.0", "qmark"

class connection(_sqlite3.Connection):
    cursor_factory = None
    def __setattr__(self, name, value):
        if name == "__class__":
            raise TypeError("a type written in C")
        super().__setattr__(name, value)
    def cursor(self):
        return super().cursor(self.cursor_factory or _sqlite3.Cursor)

def connect(path):
    return connection(path)
"""


def test_a_connection_that_makes_cursors_of_a_given_class_is_no_proxy(
    called: Called, tmp_path: Path
) -> None:
    (tmp_path / "odddb.py").write_text(FACTORY)
    body = (
        "import odddb\n"
        "c = odddb.connect(':memory:')\n"
        "c.cursor().execute('select 9')\n"
        "return type(c) is odddb.connection"
    )
    outcome = called(body)
    assert outcome.response is True
    assert [s.arguments["statement"] for s in statements(outcome)] == ["select 9"]
