"""What a learning invocation knows: whether it is on, and where each text came from."""

from faasfuzz_sensors import record

_MIN_TEXT = 3
_TABLE = 4000

ON = False  # a learning invocation is under way
INSIDE = False  # a decoder runs: one may be written with another
BY_TEXT = {}  # text or bytes -> address: how a value is recognised after it left its container
TAGS = {}  # ETag -> address of the object that has it
OBJECTS = {}  # identity -> (object, address): what a decoder made of a value
NOTED = set()


def escape(key):
    return key.replace("~", "~0").replace("/", "~1").replace("!", "~2")


def note(address, kind, value=None):
    if not ON:
        return
    try:
        key = (address, kind, repr(value)[:200])
        if key in NOTED:
            return
        NOTED.add(key)
        fields = {"address": address, "kind": kind}
        if value is not None:
            fields["value"] = value if isinstance(value, (str, int, float, bool)) else repr(value)
        if isinstance(fields.get("value"), str):
            fields["value"] = fields["value"][:500]
        record.write("read", fields)
    except Exception:
        pass  # noting must never disturb the handler


def register(text, address):
    if len(text) >= _MIN_TEXT and len(BY_TEXT) < _TABLE:
        BY_TEXT.setdefault(text if type(text) in (str, bytes) else str(text), address)


def address_of(value):
    """The address that a text or bytes came from, None when it is not the event's."""
    address = getattr(value, "_faasfuzz_address", None)
    if address is not None:
        return address
    try:
        if isinstance(value, (bytearray, memoryview)):
            value = bytes(value)
        if isinstance(value, (str, bytes)):
            found = BY_TEXT.get(value)
            if found is None and len(value) < 1000000:
                found = BY_TEXT.get(value.strip())
            return found
    except TypeError:
        return None
    return None
