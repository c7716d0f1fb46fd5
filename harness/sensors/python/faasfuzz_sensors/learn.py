"""Learning invocations: an event that tells which of its fields are read, decoded and compared."""

import hashlib

from faasfuzz_sensors import origin, standins
from faasfuzz_sensors.origin import register
from faasfuzz_sensors.recording import wrap


def learn(event, extra=None):
    """A recording copy of the event; `extra` are texts by address that belong to it."""
    try:
        origin.BY_TEXT.clear()
        origin.NOTED.clear()
        origin.TAGS.clear()
        origin.ON = True
        for address, text in (extra or {}).items():
            register(text, address)
            data = text.encode("utf-8", "surrogatepass")
            register(data, address)
            if address.startswith("@") and address.endswith("/body"):
                origin.TAGS[hashlib.md5(data).hexdigest()] = address[: -len("/body")]
        wrapped = wrap(event, "")
        standins.swap_in()
        return wrapped
    except Exception:
        unlearn()
        return event


def unlearn():
    """The learning invocation is over."""
    origin.ON = False
    origin.BY_TEXT.clear()
    origin.OBJECTS.clear()
    standins.swap_out()
