"""SQL statements of any other DB-API 2.0 driver (PEP 249), told before they run.

A module that says `apilevel` and `paramstyle` and has `connect` is a driver, whatever its name. Its
connections and cursors are given a subclass of their own class; those of types written in C, which
take none, are asked to make cursors of a subclass, and else given on behind a proxy.
"""

import functools
import sys
import threading

from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.sinks.sql import named_as, tell_statement


_inside = threading.local()  # `on` while a driver executes: it may do so with itself


def executed(driver, execute, args, kwargs):
    """A call of a cursor's execute(operation, parameters), whatever the two are called, told."""
    if getattr(_inside, "on", False):
        return execute(*args, **kwargs)
    given = list(args) + list(kwargs.values())
    if given:
        told = _written(given[0], getattr(execute, "__self__", None))
        tell_statement(driver, told, given[1] if len(given) > 1 else None, depth=1)
    _inside.on = True
    try:
        return execute(*args, **kwargs)
    finally:
        _inside.on = False


def _written(statement, cursor):
    """The text of a statement that psycopg composes of parts (`psycopg.sql`), or what it is."""
    try:
        return statement.as_string(cursor)
    except Exception:
        return statement


def _cursor_class(base, driver):
    class Cursor(base):
        __slots__ = ()

        def execute(self, *args, **kwargs):
            return executed(driver, super().execute, args, kwargs)

        def executemany(self, *args, **kwargs):
            return executed(driver, super().executemany, args, kwargs)

    return named_as(base, Cursor)


def _connection_class(base, driver):
    class Connection(base):
        __slots__ = ()

        def cursor(self, *args, **kwargs):
            return _followed_cursor(super().cursor(*args, **kwargs), driver)

    if hasattr(base, "execute"):  # beyond PEP 249, and widespread

        def execute(self, *args, **kwargs):
            return executed(driver, super(Connection, self).execute, args, kwargs)

        Connection.execute = execute
    return named_as(base, Connection)


class _Classes(object):
    """The telling subclass of each class, made once."""

    def __init__(self, make):
        self._make, self._known = make, {}

    def of(self, base, driver):
        if (base, driver) not in self._known:
            made = self._make(base, driver)
            self._known[base, driver] = self._known[made, driver] = made
        return self._known[base, driver]


_CURSORS = _Classes(_cursor_class)
_CONNECTIONS = _Classes(_connection_class)


def _followed_cursor(cursor, driver):
    try:
        cursor.__class__ = _CURSORS.of(type(cursor), driver)
        return cursor
    except Exception:  # a type written in C, or one with ideas of its own
        return _ProxyCursor(cursor, driver)


def _followed_connection(connection, driver):
    try:
        connection.__class__ = _CONNECTIONS.of(type(connection), driver)
        return connection
    except Exception:
        pass  # as above
    if hasattr(connection, "cursor_factory"):
        base = connection.cursor_factory or type(connection.cursor())
        connection.cursor_factory = _CURSORS.of(base, driver)
        return connection
    return _ProxyConnection(connection, driver)


class _Proxy(object):
    """Stands for an object, and passes `isinstance` for its type."""

    def __init__(self, subject, driver):
        object.__setattr__(self, "_subject", subject)
        object.__setattr__(self, "_driver", driver)

    @property
    def __class__(self):
        return type(self._subject)

    def __getattr__(self, name):
        return getattr(self._subject, name)

    def __setattr__(self, name, value):
        setattr(self._subject, name, value)

    def __enter__(self):
        entered = self._subject.__enter__()
        return self if entered is self._subject else entered

    def __exit__(self, *details):
        return self._subject.__exit__(*details)


class _ProxyCursor(_Proxy):
    def execute(self, *args, **kwargs):
        return self._own(executed(self._driver, self._subject.execute, args, kwargs))

    def executemany(self, *args, **kwargs):
        return self._own(executed(self._driver, self._subject.executemany, args, kwargs))

    def _own(self, result):
        return self if result is self._subject else result

    def __iter__(self):
        return iter(self._subject)

    def __next__(self):
        return next(self._subject)


class _ProxyConnection(_Proxy):
    def cursor(self, *args, **kwargs):
        return _followed_cursor(self._subject.cursor(*args, **kwargs), self._driver)

    def __getattr__(self, name):
        found = getattr(self._subject, name)
        if name != "execute":
            return found

        @functools.wraps(found)
        def execute(*args, **kwargs):
            return executed(self._driver, found, args, kwargs)

        return execute


def _patch(module):
    names = vars(module)
    if not ("apilevel" in names and "paramstyle" in names and callable(names.get("connect"))):
        return
    original, driver = names["connect"], module.__name__.partition(".")[0]
    if driver == "sqlite3":
        return

    @functools.wraps(original, updated=())
    def connect(*args, **kwargs):
        made = original(*args, **kwargs)
        try:
            return _followed_connection(made, driver)
        except Exception:
            return made  # a connection that we do not understand stays as it is

    module.connect = connect


def install():
    stdlib = getattr(sys, "stdlib_module_names", frozenset(("sqlite3",)))  # Python 3.10 on
    after_import(lambda name: name.partition(".")[0] not in stdlib, _patch)
