"""Telling of a sink: where it was called from, and whose doing it was."""

import threading

from faasfuzz_sensors import frames, record

# Frames of the interpreter's own business: loading modules, and showing source in tracebacks.
_INTERPRETER = frozenset(("importlib", "zipimport", "linecache", "tokenize", "traceback"))

busy = threading.local()  # `on` while a sensor works: its own operations are not recorded


class quiet:
    """A sensor works: what it does itself is not recorded."""

    def __enter__(self):
        self._before = getattr(busy, "on", False)
        busy.on = True

    def __exit__(self, *details):
        busy.on = self._before


def tell(category, operation, arguments, skip=2):
    """Write a sink record, if the application's code is what led here.

    `skip` frames at the top are the sensors' own. A thread that a library runs for the application
    has no frame of the application's: what it does is recorded without a place.
    """
    file, line, function, through = frames.where(skip)
    if file is None and "threading" not in through:
        return  # the runtime's own doing
    if category != "import" and not _INTERPRETER.isdisjoint(through):
        return
    record.write_sink(
        {
            "category": category,
            "operation": operation,
            "arguments": arguments,
            "file": file,
            "line": line,
            "function": function,
            "through": through,
        }
    )
