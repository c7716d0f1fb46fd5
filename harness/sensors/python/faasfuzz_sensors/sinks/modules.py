"""Deserialisers, and imports of modules that data named."""

import re

from faasfuzz_sensors.importing import before_search
from faasfuzz_sensors.record import text
from faasfuzz_sensors.telling import quiet, tell

_DATA = 200
_CANARY = re.compile(r"fz[a-z]{14}")


def _find_class(event, arguments):
    return (
        "deserialization",
        event,
        {"module": text(arguments[0]), "name": text(arguments[1]), "format": "pickle"},
    )


def _marshal(event, arguments):
    told = {"module": "", "name": "", "format": "marshal"}
    if isinstance(arguments[0], (bytes, bytearray)):  # of an import it is a view of a whole file
        told["data"] = text(bytes(arguments[0][:_DATA]).decode("latin-1"))
    return ("deserialization", event, told)


def _searched(name):
    """importlib.import_module raises no `import` event; every import asks the finders."""
    if _CANARY.search(name) is not None:
        with quiet():
            tell("import", "import", {"module": text(name)}, skip=3)


def install():
    before_search(_searched)


EVENTS = {"pickle.find_class": _find_class, "marshal.loads": _marshal}
