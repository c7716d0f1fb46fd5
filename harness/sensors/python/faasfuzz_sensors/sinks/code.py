"""Code that is made while the function runs: eval, exec, compile."""

import os
from types import CodeType

from faasfuzz_sensors.record import text

_LIMIT = 400
_CUT = 300
_DEPTH = 8
_seen_files = {}


def _from_file(filename):
    """Whether code comes from a source file: that is an import, not a sink."""
    found = _seen_files.get(filename)
    if found is None:
        found = os.path.isabs(filename) and os.path.exists(filename)
        if len(_seen_files) < 10000:
            _seen_files[filename] = found
    return found


def _collect(values, names, constants, depth):
    """What stands in constants, those of inner functions and in tuples included."""
    for value in values:
        if len(constants) >= _LIMIT:
            return
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            constants.append(value)
        elif isinstance(value, (str, bytes)):
            constants.append(text(value)[:_CUT])
        elif depth > _DEPTH:
            continue
        elif isinstance(value, CodeType):
            names.update(value.co_names)
            _collect(value.co_consts, names, constants, depth + 1)
        elif isinstance(value, (tuple, frozenset)):
            _collect(value, names, constants, depth + 1)


def _exec(event, arguments):
    code = arguments[0]
    filename = getattr(code, "co_filename", None)
    if filename is None or filename.startswith("<frozen") or _from_file(filename):
        return None
    names, constants = set(), []
    _collect((code,), names, constants, 0)
    return (
        "code",
        "exec",
        {
            "filename": text(filename),
            "names": sorted(names)[:_LIMIT],
            "constants": constants[:_LIMIT],
        },
    )


def _compile(event, arguments):
    source, filename = arguments[0], arguments[1]
    if not isinstance(source, (str, bytes)):
        return None
    name = text(filename) if filename is not None else ""
    if _from_file(name):
        return None
    return ("code", "compile", {"source": text(source), "filename": name})


EVENTS = {"exec": _exec, "compile": _compile}
