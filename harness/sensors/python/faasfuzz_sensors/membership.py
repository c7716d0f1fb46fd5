"""Which texts a value was looked for among: `value in {"a", "b"}`, `HANDLERS[value]`.

A set or a mapping asks a value for its hash and, unless that is a known one, for nothing more. So
the line that is running is read for the containers it names.
"""

import sys

from faasfuzz_sensors import frames

_MOST = 60
_CONTAINERS = (dict, set, frozenset)
_lines = {}


def sought(skip):
    """The texts in containers on the line that looks a value up; none when it does not."""
    frame = sys._getframe(skip + 1)
    code = frame.f_code
    if not frames.is_application(code.co_filename) and frame.f_globals.get("__name__") != "enum":
        return ()
    line = _of_line(code, frame.f_lasti)
    if line is None:
        return ()
    names, attributes, constants = line
    found = list(constants)
    for name in names:
        thing = frame.f_locals.get(name, frame.f_globals.get(name))
        if isinstance(thing, _CONTAINERS):
            found.append(thing)
        else:
            found += (_attribute(thing, attribute) for attribute in attributes)
    return [
        key
        for container in found
        if isinstance(container, _CONTAINERS) and len(container) <= _MOST
        for key in list(container)
        if type(key) is str
    ]


def _attribute(thing, name):
    """An attribute that is there without any code being run."""
    for holder in (thing,) + (thing.__mro__ if isinstance(thing, type) else type(thing).__mro__):
        try:
            values = object.__getattribute__(holder, "__dict__")
        except AttributeError:
            continue
        if name in values:
            return values[name]
    return None


def _of_line(code, at):
    """(names, attributes, frozen sets) of the line of an instruction, None when it asks nothing."""
    key = code, at
    if key not in _lines:
        _lines[key] = _read(code, at)
    return _lines[key]


def _read(code, at):
    import dis  # here, since the function's process need not have it otherwise

    line, running, lines = None, None, []
    starts = dict(dis.findlinestarts(code))
    for instruction in dis.get_instructions(code):
        line = starts.get(instruction.offset, line)
        lines.append((line, instruction))
        if instruction.offset == at:
            running = line, instruction
    if running is None:
        return None
    here = [each for number, each in lines if number == running[0]]
    attributes = {each.argval for each in here if each.opname in ("LOAD_ATTR", "LOAD_METHOD")}
    operation = running[1].opname
    if operation.startswith(("CALL", "PRECALL")):
        if attributes.isdisjoint(("get", "pop")):
            return None
    elif operation == "COMPARE_OP":  # Python 3.8
        if running[1].argval not in ("in", "not in"):
            return None
    elif operation not in ("CONTAINS_OP", "BINARY_SUBSCR", "BINARY_OP"):
        return None
    names, constants = set(), []
    for each in here:
        if each.opname == "LOAD_CONST" and isinstance(each.argval, frozenset):
            constants.append(each.argval)
        elif each.opname.startswith("LOAD_") and each.opname not in ("LOAD_ATTR", "LOAD_METHOD"):
            told = each.argval if isinstance(each.argval, tuple) else (each.argval,)
            names.update(name for name in told if isinstance(name, str))
    return names, attributes, constants
