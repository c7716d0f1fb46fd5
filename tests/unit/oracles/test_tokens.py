"""Quoting rules differ: the same text is data in one dialect and structure in another."""

import pytest

from harness.oracles.sql import dialects_of
from harness.oracles.tokens import breaks_out
from tests.unit.oracles.makers import CANARY

T, A, B = CANARY.token, str(CANARY.a), str(CANARY.b)
MARKS = (T, A, B)
TEXT = f"x' OR '{T}'='{T}"
QUOTE = f"x{T}'"
BACKSLASH = f"{T}\\' OR {A}={A} #"
DOUBLE = f'x" OR "{T}"="{T}'
DOLLAR = f"0 OR $${T}$$=$${T}$$"
HASH = f"x # {T}"

STRUCTURE = [
    ("sqlite", f"select 1 where a = '{TEXT}'", TEXT),
    ("sqlite", f"select 1 where a = '{TEXT}' and b = 'y'", TEXT),
    # The payload's quote and the closing one read as an escaped quote; then all others shift.
    ("sqlite", f"select 1 where a = '{QUOTE}' and b = 'y'", QUOTE),
    ("sqlite", f"select 1 where a = '{QUOTE}' and b = 'y' and c = 'z'", QUOTE),
    ("sqlite", f"select 1 where a = '{QUOTE}'", QUOTE),
    # First as data, then as structure: each place counts.
    ("sqlite", f"select '{T} OR {A}={A}' where a = {T} OR {A}={A}", f"{T} OR {A}={A}"),
    ("mysql", f"select 1 where a = '{BACKSLASH.replace(chr(92), chr(92) * 2)}'", BACKSLASH),
    ("mysql", f'select 1 where a = "{DOUBLE}"', DOUBLE),
    ("postgresql", f"select 1 where a = {DOLLAR}", DOLLAR),
    ("mysql", f"select 1 where a = {HASH}", HASH),
    ("sqlite", f"SELECT 1 WHERE A = 'X' OR '{T.upper()}'='{T.upper()}'", TEXT),
    ("sqlite", f"select 1 where a = 'x'/**/OR/**/{A}={A}", f"x' OR {A}={A} -- "),
    ("sqlite", f"select name from item order by ({A}*{B})", f"({A}*{B})"),
    ("partiql", f"SELECT * FROM t WHERE o = '{TEXT}'", TEXT),
    ("expression", f"a = :v OR attribute_exists({T})", f"a = :v OR attribute_exists({T})"),
    ("xpath", f"//user[name='x' or '{T}'='{T}']", TEXT.replace("OR", "or")),
    ("javascript", f"this.a == 'x' || '{T}'=='{T}'", f"x' || '{T}'=='{T}"),
]
DATA = [
    ("sqlite", "select 1 where a = ?", TEXT),
    ("sqlite", "select 1 where a = '" + TEXT.replace("'", "''") + "'", TEXT),
    ("sqlite", "select 1 where a = '" + QUOTE.replace("'", "''") + "'", QUOTE),
    ("sqlite", "select 1 where a = '" + QUOTE.replace("'", "''") + "%' and b = 'y'", QUOTE),
    ("mysql", "select 1 where a = '" + TEXT.replace("'", "\\'") + "'", TEXT),
    ("mysql", f'select 1 where a = "{TEXT}"', TEXT),
    ("postgresql", f"select 1 where a = $q${TEXT}$q$", TEXT),
    ("postgresql", f"select 1 where a = '{BACKSLASH.replace(chr(39), chr(39) * 2)}'", BACKSLASH),
    # A number or a name that the application picked out of the payload is no structure.
    ("sqlite", f"select 1 where id = {A}", f"x OR {A}={A}"),
    ("sqlite", f"select {T} from item", f"{T} WHERE {A}={A} -- "),
    ("sqlite", f"select 1 where id in ({A}, {A})", f"x OR {A}={A}"),
    ("sqlite", f"select 1 -- {TEXT}", TEXT),
    ("expression", "#f = :v", f"a OR attribute_exists({T})"),
    ("xpath", "//user[name=$name]", TEXT),
    ("javascript", f'this.a == "{TEXT}"', TEXT),
]


@pytest.mark.parametrize(("dialect", "text", "payload"), STRUCTURE)
def test_what_reaches_over_the_edge_of_a_literal_is_structure(
    dialect: str, text: str, payload: str
) -> None:
    assert breaks_out(text, dialect, payload, MARKS)


@pytest.mark.parametrize(("dialect", "text", "payload"), DATA)
def test_what_stays_inside_of_a_literal_is_data(dialect: str, text: str, payload: str) -> None:
    assert not breaks_out(text, dialect, payload, MARKS)


@pytest.mark.parametrize(
    ("driver", "dialects"),
    [
        ("sqlite3", ("sqlite",)),
        ("psycopg2", ("postgresql",)),
        ("pg8000", ("postgresql",)),
        ("pymysql", ("mysql",)),
        ("MySQLdb", ("mysql",)),
        ("pymssql", ("mssql",)),
        ("own", ("sqlite", "postgresql", "mysql")),
    ],
)
def test_a_driver_tells_its_dialect(driver: str, dialects: tuple[str, ...]) -> None:
    assert dialects_of(driver) == dialects
