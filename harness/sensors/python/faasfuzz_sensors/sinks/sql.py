"""SQL statements of sqlite3, told before they run."""

import functools

from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.record import text
from faasfuzz_sensors.telling import quiet, tell

_FACTORY = 5  # the position of `factory` among the arguments of sqlite3.connect


def tell_statement(driver, statement, parameters, depth=0):
    """Write a record of a statement which the caller, `depth` frames up, is about to execute."""
    try:
        with quiet():
            shown = None if parameters is None else repr(parameters)[:1000]
            told = {"statement": text(statement), "parameters": shown, "driver": driver}
            tell("sql", driver + ".execute", told, skip=3 + depth)
    except Exception:
        pass  # a fault of a sensor must not become the function's


def named_as(base, made):
    """A subclass that gives itself out as its base."""
    made.__name__, made.__qualname__, made.__module__ = (
        base.__name__,
        base.__qualname__,
        base.__module__,
    )
    made.__doc__ = base.__doc__
    return made


def _telling_cursor(base):
    class Cursor(base):
        def execute(self, sql, *args):
            tell_statement("sqlite3", sql, args[0] if args else None)
            return super().execute(sql, *args)

        def executemany(self, sql, *args):
            tell_statement("sqlite3", sql, None)
            return super().executemany(sql, *args)

        def executescript(self, sql, *args):
            tell_statement("sqlite3", sql, None)
            return super().executescript(sql, *args)

    return named_as(base, Cursor)


def _telling_connection(base, cursor_of, default):
    class Connection(base):
        def cursor(self, factory=default):
            return super().cursor(cursor_of(factory))

        # As documented: a new cursor, and its method. (Some versions of CPython make that cursor
        # by cursor(), others past it.)
        def execute(self, sql, *args):
            return self.cursor().execute(sql, *args)

        def executemany(self, sql, *args):
            return self.cursor().executemany(sql, *args)

        def executescript(self, sql, *args):
            return self.cursor().executescript(sql, *args)

    return named_as(base, Connection)


def _telling(base, make, known):
    """The telling subclass of a caller's class; what is no class of the kind stays as it is."""

    def of(factory):
        if not (isinstance(factory, type) and issubclass(factory, base)):
            return factory
        if factory not in known:
            known[factory] = make(factory)
            known[known[factory]] = known[factory]
        return known[factory]

    return of


def _patch(sqlite3):
    cursor_of = _telling(sqlite3.Cursor, _telling_cursor, {})
    connection_of = _telling(
        sqlite3.Connection,
        lambda base: _telling_connection(base, cursor_of, sqlite3.Cursor),
        {},
    )
    original = sqlite3.connect

    @functools.wraps(original)
    def connect(*args, **kwargs):
        if len(args) > _FACTORY:
            args = (*args[:_FACTORY], connection_of(args[_FACTORY]), *args[_FACTORY + 1 :])
        else:
            kwargs["factory"] = connection_of(kwargs.get("factory", sqlite3.Connection))
        return original(*args, **kwargs)

    sqlite3.connect = sqlite3.dbapi2.connect = connect


def install():
    after_import(("sqlite3",).__contains__, _patch)
