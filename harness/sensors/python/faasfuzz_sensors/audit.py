"""One audit hook (PEP 578) which hands events to the sinks that ask for them."""

import sys
import threading

from faasfuzz_sensors import frames, record
from faasfuzz_sensors.sinks import code, files, modules, network, processes

HANDLERS = {}
for _sink in (code, files, modules, network, processes):
    HANDLERS.update(_sink.EVENTS)

_busy = threading.local()


def report(category, operation, arguments, skip=2):
    """Write a sink record, if application code is what led here."""
    place = frames.where(skip)
    if place is None:
        return
    file, line, function, through = place
    if "importlib" in through and category != "import":
        return  # what a module does while it is imported is not the handler's doing
    record.write(
        "sink",
        {
            "category": category,
            "operation": operation,
            "arguments": arguments,
            "file": file,
            "line": line,
            "function": function,
            "through": through,
        },
    )


def install():
    handlers = HANDLERS

    def hook(event, arguments):
        handler = handlers.get(event)
        if handler is None or getattr(_busy, "on", False):
            return
        _busy.on = True
        try:
            told = handler(event, arguments)
            if told is not None:
                report(*told)
        except Exception:
            pass  # a fault of a sensor must not become the function's
        finally:
            _busy.on = False

    sys.addaudithook(hook)


class quiet:
    """While a sensor works, its own operations are not recorded."""

    def __enter__(self):
        self._before = getattr(_busy, "on", False)
        _busy.on = True

    def __exit__(self, *details):
        _busy.on = self._before
