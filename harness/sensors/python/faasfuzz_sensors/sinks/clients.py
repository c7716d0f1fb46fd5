"""SQL statements on the ways that go round PEP 249's module.connect(), told before they run.

Pools that make connections of their own, asynchronous clients, and pg8000's own interface. Each is
a method of a class written in Python whose first argument is a statement.
"""

import functools

from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.sinks.drivers import executed

_CURSOR = ("execute", "executemany")
# module: (class, methods)
_PLACES = {
    "aiomysql.cursors": (("Cursor", _CURSOR),),
    "asyncpg.connection": (
        ("Connection", _CURSOR + ("fetch", "fetchrow", "fetchval", "prepare", "cursor")),
    ),
    "mysql.connector.cursor": (("MySQLCursor", _CURSOR),),
    "mysql.connector.cursor_cext": (("CMySQLCursor", _CURSOR),),
    "pg8000.native": (("Connection", ("run", "prepare")),),
    "psycopg.cursor": (("Cursor", _CURSOR + ("stream",)),),
    "psycopg.cursor_async": (("AsyncCursor", _CURSOR + ("stream",)),),
    "psycopg.server_cursor": (("ServerCursor", _CURSOR), ("AsyncServerCursor", _CURSOR)),
    "pymysql.cursors": (("Cursor", _CURSOR),),
}


def _telling(original, driver):
    @functools.wraps(original)
    def method(self, *args, **kwargs):
        return executed(driver, original.__get__(self), args, kwargs)

    return method


def _patch(module):
    driver = module.__name__.partition(".")[0]
    for owner, names in _PLACES[module.__name__]:
        for name in names:
            original = vars(getattr(module, owner, None) or object).get(name)
            if original is not None:
                setattr(getattr(module, owner), name, _telling(original, driver))


def install():
    after_import(_PLACES.__contains__, _patch)
