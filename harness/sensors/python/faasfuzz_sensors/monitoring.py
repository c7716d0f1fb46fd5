"""Lines and branches by sys.monitoring (PEP 669): a place that has told is as fast as ever."""

import itertools
import sys
import time

from faasfuzz_sensors import frames

_ID = 4  # one of the two that PEP 669 leaves unnamed
# A condition that goes one way this often is not asked again until it pays.
_PATIENCE = 64
_PAYS_AFTER = 0.05  # seconds of processor time

_lines = {}
_branches = {}
_told = {}
_seen = {}  # (code, offset) -> [destination, how often]
_silent = set()  # code whose conditions are not asked any more, though one way is still unseen
_since = time.process_time()


def install():
    monitoring = sys.monitoring
    if monitoring.get_tool(_ID) is not None:
        return
    events, disable = monitoring.events, monitoring.DISABLE
    watched = events.LINE | events.BRANCH

    def started(code, offset):
        if frames.is_application(code.co_filename):
            monitoring.set_local_events(_ID, code, watched)
        return disable

    def line(code, number):
        _lines.setdefault(code.co_filename, set()).add(number)
        return disable

    def branch(code, offset, destination):
        seen = _seen.get((code, offset))
        if seen is None:
            _seen[code, offset] = [destination, 1]
        elif seen[0] == destination:
            seen[1] += 1
            if seen[1] % _PATIENCE:
                return None
            _silent.add(code)
            return disable
        _branches.setdefault(code.co_filename, set()).add(_number(code, offset, destination))
        return None if seen is None else disable

    monitoring.use_tool_id(_ID, "faasfuzz")
    monitoring.register_callback(_ID, events.PY_START, started)
    monitoring.register_callback(_ID, events.LINE, line)
    monitoring.register_callback(_ID, events.BRANCH, branch)
    monitoring.set_events(_ID, events.PY_START)
    _give_way(monitoring)


def _number(code, offset, destination):
    """Names a condition's way by its line, its column and where it leads."""
    positions = itertools.islice(code.co_positions(), offset // 2, None)
    line, _, column, _ = next(positions)
    return (line or 0) << 24 | min(column or 0, 511) << 15 | destination // 2 & 0x7FFF


def _give_way(monitoring):
    """The application finds our number free, and has it when it asks."""
    use, get = monitoring.use_tool_id, monitoring.get_tool

    def use_tool_id(tool_id, name):
        if tool_id == _ID and get(tool_id) == "faasfuzz":
            monitoring.set_events(_ID, 0)
            events = monitoring.events
            for event in (events.PY_START, events.LINE, events.BRANCH):
                monitoring.register_callback(_ID, event, None)
            monitoring.free_tool_id(_ID)
        return use(tool_id, name)

    def get_tool(tool_id):
        name = get(tool_id)
        return None if tool_id == _ID and name == "faasfuzz" else name

    monitoring.use_tool_id, monitoring.get_tool = use_tool_id, get_tool


def take():
    """(filename, lines, branches) reached for the first time since the last call."""
    _ask_again()
    for filename in {*_lines, *_branches}:
        lines = _fresh(filename, _lines.pop(filename, ()), 0)
        branches = _fresh(filename, _branches.pop(filename, ()), 1)
        if lines or branches:
            yield filename, lines, branches


def _fresh(filename, numbers, kind):
    """Those not told before: the application may have restarted all events."""
    known = _told.setdefault((filename, kind), set())
    new = set(numbers) - known
    known |= new
    return new


def _ask_again():
    """Ask conditions again that have gone one way only, now and then."""
    global _since
    now = time.process_time()
    if not _silent or now - _since < _PAYS_AFTER:
        return
    _since = now
    monitoring = sys.monitoring
    events = monitoring.events
    if monitoring.get_tool(_ID) not in ("faasfuzz", None):
        return
    for code in _silent:
        monitoring.set_local_events(_ID, code, 0)
        monitoring.set_local_events(_ID, code, events.LINE | events.BRANCH)
    _silent.clear()
