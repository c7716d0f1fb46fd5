"""Queries that are no SQL: XPath (lxml, ElementTree), LDAP (ldap3, python-ldap), Mongo (pymongo).

Told before they run. lxml's elements are of types written in C; their methods are exchanged in the
type's own dictionary, which works in CPython and nowhere else.
"""

import functools
import gc

from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.record import text
from faasfuzz_sensors.telling import quiet, tell

_DEPTH = 6
_ITEMS = 100
_made = set()  # a class that two modules show is exchanged once


def _plain(value, depth=0):
    """A Mongo filter as JSON values."""
    if depth < _DEPTH and isinstance(value, dict):
        return {str(k): _plain(v, depth + 1) for k, v in list(value.items())[:_ITEMS]}
    if depth < _DEPTH and isinstance(value, (list, tuple)):
        return [_plain(item, depth + 1) for item in list(value)[:_ITEMS]]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return text(value)


def _telling(original, language, operation, position, names):
    """A method that tells its query (at `position`, `self` included, or by one of `names`)."""

    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        try:
            given = args[position] if len(args) > position else None
            for name in names:
                given = kwargs.get(name, given)
            if given is not None:
                query = _plain(given) if language == "mongo" else text(given)
                with quiet():
                    tell("query", operation, {"language": language, "query": query}, skip=2)
        except Exception:
            pass  # a fault of a sensor must not become the function's
        return original(*args, **kwargs)

    return wrapper


def _exchange(owner, name, *details):
    """Put a telling method in the place of another, in types that refuse assignment too."""
    original = getattr(owner, name, None)
    if original is None or original in _made:
        return
    wrapper = _telling(original, *details)
    _made.add(wrapper)
    try:
        setattr(owner, name, wrapper)
    except TypeError:
        import ctypes  # only here: most functions never need it

        gc.get_referents(owner.__dict__)[0][name] = wrapper
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))


def _lxml(module):
    for owner in (module._Element, module._ElementTree):
        for name in ("xpath", "find", "findall", "iterfind", "findtext"):
            _exchange(owner, name, "xpath", "lxml." + name, 1, ("_path", "path"))


def _elementtree(module):
    _exchange(module, "iterfind", "xpath", "ElementTree.find", 1, ("path",))  # all others ask it


def _ldap3(module):
    details = ("ldap", "ldap3.search", 2, ("search_filter",))
    _exchange(module.Connection, "search", *details)


def _python_ldap(module):
    details = ("ldap", "ldap.search_ext", 3, ("filterstr",))
    _exchange(module.SimpleLDAPObject, "search_ext", *details)


def _pymongo(module):
    owner = getattr(module, "Collection", None)
    if not isinstance(owner, type):
        return
    for name in (
        "find",
        "aggregate",
        "count_documents",
        "delete_many",
        "delete_one",
        "distinct",
        "replace_one",
        "update_many",
        "update_one",
    ):
        position = 2 if name == "distinct" else 1
        _exchange(owner, name, "mongo", "pymongo." + name, position, ("filter", "pipeline"))


_HOOKS = {
    "lxml.etree": _lxml,
    "xml.etree.ElementPath": _elementtree,
    "ldap3.core.connection": _ldap3,
    "ldap.ldapobject": _python_ldap,
    "pymongo.collection": _pymongo,
    "pymongo.synchronous.collection": _pymongo,
}


def install():
    after_import(_HOOKS.__contains__, lambda module: _HOOKS[module.__name__](module))
