"""Which lines and branches of the application's own files were reached, told once each.

From Python 3.12 on the interpreter tells (PEP 669); before, the code itself does (probes.py).
`sys.settrace` is not used: it slows every library the function calls, at each call, and a
function that traces itself would take it away.
"""

import os
import sys

from faasfuzz_sensors import frames, record

_source = None


def install():
    """Begin, if the environment asks for it. Before the application is imported."""
    global _source
    if os.environ.pop("FAASFUZZ_COVERAGE", None) != "1":
        return
    if hasattr(sys, "monitoring"):
        from faasfuzz_sensors import monitoring as source
    else:
        from faasfuzz_sensors import probes as source
    source.install()
    _source = source


def tell():
    """Write what was first reached since the last time, a record a file and kind."""
    if _source is None:
        return
    try:
        for filename, lines, branches in _source.take():
            name = frames.relative(filename)
            if lines:
                record.append("lines", [name, sorted(lines)])
            if branches:
                record.append("branches", [name, sorted(branches)])
    except Exception:
        pass  # a fault of a sensor must not become the function's
