"""Deserialisers, and imports of modules that data named."""

import re

from faasfuzz_sensors.record import text

_CANARY = re.compile(r"fz[a-z]{14}")


def _find_class(event, arguments):
    return (
        "deserialization",
        event,
        {"module": text(arguments[0]), "name": text(arguments[1]), "format": "pickle"},
    )


def _marshal(event, arguments):
    return ("deserialization", event, {"module": "", "name": "", "format": "marshal"})


def _import(event, arguments):
    module = arguments[0]
    if not isinstance(module, str) or _CANARY.search(module) is None:
        return None
    return ("import", event, {"module": text(module)})


EVENTS = {"pickle.find_class": _find_class, "marshal.loads": _marshal, "import": _import}
