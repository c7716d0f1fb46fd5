"""One audit hook (PEP 578) which hands events to the sinks that ask for them."""

import sys

from faasfuzz_sensors.sinks import code, files, modules, network, processes
from faasfuzz_sensors.telling import busy, tell

HANDLERS = {}
for _sink in (code, files, modules, network, processes):
    HANDLERS.update(_sink.EVENTS)


def install():
    handlers = HANDLERS

    def hook(event, arguments):
        handler = handlers.get(event)
        if handler is None or getattr(busy, "on", False):
            return
        busy.on = True
        try:
            told = handler(event, arguments)
            if type(told) is tuple:
                tell(*told)
            elif told is not None:
                for each in told:
                    tell(*each)
        except Exception:
            pass  # a fault of a sensor must not become the function's
        finally:
            busy.on = False

    sys.addaudithook(hook)
