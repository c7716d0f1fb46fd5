"""SQL statements, before they run: sqlite3, and any other DB-API 2.0 driver (PEP 249)."""

import sqlite3
import sys

from faasfuzz_sensors import audit
from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.record import text


def _note(driver, statement, parameters):
    try:
        with audit.quiet():
            shown = repr(parameters)[:1000] if parameters is not None else None
            audit.report(
                "sql",
                driver + ".execute",
                {"statement": text(statement), "parameters": shown, "driver": driver},
                skip=3,
            )
    except Exception:
        pass  # a fault of a sensor must not become the function's


class _Cursor(sqlite3.Cursor):
    def execute(self, sql, *args, **kwargs):
        _note("sqlite3", sql, args[0] if args else None)
        return super().execute(sql, *args, **kwargs)

    def executemany(self, sql, *args, **kwargs):
        _note("sqlite3", sql, None)
        return super().executemany(sql, *args, **kwargs)

    def executescript(self, sql, *args, **kwargs):
        _note("sqlite3", sql, None)
        return super().executescript(sql, *args, **kwargs)


class _Connection(sqlite3.Connection):
    def cursor(self, factory=_Cursor):
        return super().cursor(factory)

    def execute(self, sql, *args, **kwargs):
        _note("sqlite3", sql, args[0] if args else None)
        return super().execute(sql, *args, **kwargs)

    def executemany(self, sql, *args, **kwargs):
        _note("sqlite3", sql, None)
        return super().executemany(sql, *args, **kwargs)

    def executescript(self, sql, *args, **kwargs):
        _note("sqlite3", sql, None)
        return super().executescript(sql, *args, **kwargs)


for _class in (_Cursor, _Connection):
    _class.__name__ = _class.__qualname__ = _class.__name__[1:]
    _class.__module__ = "sqlite3"


def _patch_sqlite():
    original = sqlite3.connect
    position = (
        5  # connect(database, timeout, detect_types, isolation_level, check_same_thread, factory)
    )

    def connect(*args, **kwargs):
        if "factory" not in kwargs and len(args) <= position:
            kwargs["factory"] = _Connection
        return original(*args, **kwargs)

    connect.__doc__ = original.__doc__
    sqlite3.connect = sqlite3.dbapi2.connect = connect


class _ProxyCursor:
    """A driver's cursor, with its statements noted."""

    def __init__(self, cursor, driver):
        self.__dict__["_cursor"] = cursor
        self.__dict__["_driver"] = driver

    def execute(self, operation, *args, **kwargs):
        _note(self._driver, operation, args[0] if args else None)
        result = self._cursor.execute(operation, *args, **kwargs)
        return self if result is self._cursor else result

    def executemany(self, operation, *args, **kwargs):
        _note(self._driver, operation, None)
        result = self._cursor.executemany(operation, *args, **kwargs)
        return self if result is self._cursor else result

    def __getattr__(self, name):
        return getattr(self._cursor, name)

    def __setattr__(self, name, value):
        setattr(self._cursor, name, value)

    def __iter__(self):
        return iter(self._cursor)

    def __next__(self):
        return next(self._cursor)

    def __enter__(self):
        self._cursor.__enter__()
        return self

    def __exit__(self, *details):
        return self._cursor.__exit__(*details)


class _ProxyConnection:
    """A driver's connection, giving noted cursors."""

    def __init__(self, connection, driver):
        self.__dict__["_connection"] = connection
        self.__dict__["_driver"] = driver

    def cursor(self, *args, **kwargs):
        return _ProxyCursor(self._connection.cursor(*args, **kwargs), self._driver)

    def execute(self, operation, *args, **kwargs):
        _note(self._driver, operation, args[0] if args else None)
        return self._connection.execute(operation, *args, **kwargs)

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def __setattr__(self, name, value):
        setattr(self._connection, name, value)

    def __enter__(self):
        self._connection.__enter__()
        return self

    def __exit__(self, *details):
        return self._connection.__exit__(*details)


def _patch_driver(module):
    """Wrap `connect` of a module that says it is a DB-API driver, whatever its name."""
    names = vars(module)
    if not ("apilevel" in names and "paramstyle" in names and callable(names.get("connect"))):
        return
    original, driver = names["connect"], module.__name__.partition(".")[0]
    if getattr(original, "_faasfuzz", False):
        return

    def connect(*args, **kwargs):
        return _ProxyConnection(original(*args, **kwargs), driver)

    connect._faasfuzz = True
    connect.__doc__ = getattr(original, "__doc__", None)
    module.connect = connect


def install():
    _patch_sqlite()
    stdlib = getattr(sys, "stdlib_module_names", frozenset())
    after_import(lambda name: name.partition(".")[0] not in stdlib, _patch_driver)
