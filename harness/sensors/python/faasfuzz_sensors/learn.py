"""Learning invocations: an event that tells which of its fields are read, decoded and compared.

`learn` gives a copy of the event made of subclasses of dict, list and str. They behave as the plain
ones (every method that is not overridden is the base class's), and note what is done with them
under the address of the value. Decoders (json.loads, b64decode, ...) are wrapped once, thinly;
outside of a learning invocation the wrappers only look at a flag.
"""

import base64
import binascii
import functools
import gzip
import json
import re
import urllib.parse
import zlib

from faasfuzz_sensors import record

_MIN_TEXT = 3
_TABLE = 4000

_on = False
_inside = False
_by_text = {}  # text or bytes -> address: how a value is recognised after it left its container
_noted = set()


def _escape(key):
    return key.replace("~", "~0").replace("/", "~1").replace("!", "~2")


def _note(address, kind, value=None):
    if not _on:
        return
    try:
        key = (address, kind, repr(value)[:200])
        if key in _noted:
            return
        _noted.add(key)
        fields = {"address": address, "kind": kind}
        if value is not None:
            fields["value"] = value if isinstance(value, (str, int, float, bool)) else repr(value)
        if isinstance(fields.get("value"), str):
            fields["value"] = fields["value"][:500]
        record.write("read", fields)
    except Exception:
        pass  # noting must never disturb the handler


def _register(text, address):
    if len(text) >= _MIN_TEXT and len(_by_text) < _TABLE:
        _by_text.setdefault(text if type(text) in (str, bytes) else str(text), address)


def _address_of(value):
    """The address that a text or bytes came from, None when it is not the event's."""
    address = getattr(value, "_faasfuzz_address", None)
    if address is not None:
        return address
    try:
        if isinstance(value, (bytearray, memoryview)):
            value = bytes(value)
        if isinstance(value, (str, bytes)):
            found = _by_text.get(value)
            if found is None and len(value) < 1000000:
                found = _by_text.get(value.strip())
            return found
    except TypeError:
        return None
    return None


def wrap(value, address):
    """A recording copy of a JSON value."""
    if type(value) is dict:
        return RecordingDict(value, address)
    if type(value) is list:
        return RecordingList(value, address)
    if type(value) is str:
        _register(value, address)
        return RecordingStr(value, address)
    if type(value) is bytes:
        _register(value, address)
    return value


def _is_plain(value):
    """Whether a default is a benign value in itself, worth trying."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""


class RecordingDict(dict):
    __slots__ = ("_faasfuzz_address",)

    def __init__(self, value, address):
        self._faasfuzz_address = address
        super().__init__(
            (key, wrap(item, address + "/" + _escape(str(key)))) for key, item in value.items()
        )

    def _read(self, key, default=None):
        if isinstance(key, str):
            place = self._faasfuzz_address + "/" + _escape(key)
            if dict.__contains__(self, key):
                _note(place, "present")
            else:
                _note(place, "missing", default if _is_plain(default) else None)

    def __getitem__(self, key):
        self._read(key)
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._read(key, default)
        return dict.get(self, key, default)

    def __contains__(self, key):
        self._read(key)
        return dict.__contains__(self, key)

    def pop(self, key, *default):
        self._read(key)
        return dict.pop(self, key, *default)

    def setdefault(self, key, default=None):
        self._read(key)
        return dict.setdefault(self, key, default)

    def copy(self):
        return RecordingDict(dict(dict.items(self)), self._faasfuzz_address)

    def __reduce__(self):
        return (dict, (dict(dict.items(self)),))

    def __deepcopy__(self, memo):
        return RecordingDict(dict(dict.items(self)), self._faasfuzz_address)


class RecordingList(list):
    __slots__ = ("_faasfuzz_address",)

    def __init__(self, value, address):
        self._faasfuzz_address = address
        super().__init__(wrap(item, address + "/" + str(index)) for index, item in enumerate(value))

    def __getitem__(self, index):
        if isinstance(index, int):
            kind = "present" if -len(self) <= index < len(self) else "missing"
            _note(self._faasfuzz_address + "/" + str(index), kind)
        elif isinstance(index, str):
            _note(self._faasfuzz_address, "mapping", index)
        return list.__getitem__(self, index)

    def __iter__(self):
        for index in range(len(self)):
            _note(self._faasfuzz_address + "/" + str(index), "present")
        return list.__iter__(self)

    def __reduce__(self):
        return (list, (list(list.__iter__(self)),))


# What is asked of a value that ought to have been something else.
_OF_MAPPINGS = frozenset({"get", "items", "keys", "values", "pop", "update", "setdefault"})
_OF_SEQUENCES = frozenset({"append", "extend", "insert", "sort", "reverse"})


class RecordingStr(str):
    def __new__(cls, value, address):
        made = str.__new__(cls, value)
        made._faasfuzz_address = address
        return made

    _faasfuzz_form = "%s"

    def _compared(self, other):
        if isinstance(other, (str, int, float)) and not isinstance(other, RecordingStr):
            value = self._faasfuzz_form % other if isinstance(other, str) else other
            _note(self._faasfuzz_address, "equals", value)

    def __getattr__(self, name):
        if name in _OF_MAPPINGS:
            _note(self.__dict__["_faasfuzz_address"], "mapping", name)
        elif name in _OF_SEQUENCES:
            _note(self.__dict__["_faasfuzz_address"], "sequence", name)
        raise AttributeError("'str' object has no attribute %r" % name)

    def __eq__(self, other):
        self._compared(other)
        return str.__eq__(self, other)

    def __ne__(self, other):
        self._compared(other)
        return str.__ne__(self, other)

    __hash__ = str.__hash__

    def __contains__(self, part):
        if isinstance(part, str):
            _note(self._faasfuzz_address, "contains", str(part))
        return str.__contains__(self, part)

    def __iter__(self):
        _note(self._faasfuzz_address, "iterated")
        return str.__iter__(self)

    def startswith(self, prefix, *bounds):
        for part in prefix if isinstance(prefix, tuple) else (prefix,):
            _note(self._faasfuzz_address, "startswith", part)
        return str.startswith(self, prefix, *bounds)

    def endswith(self, suffix, *bounds):
        for part in suffix if isinstance(suffix, tuple) else (suffix,):
            _note(self._faasfuzz_address, "endswith", part)
        return str.endswith(self, suffix, *bounds)

    def __getitem__(self, index):
        if isinstance(index, str):
            _note(self._faasfuzz_address, "mapping", index)
        part = str.__getitem__(self, index)
        return self._same(part) if isinstance(index, slice) else part

    def split(self, *args, **kwargs):
        return [self._part(piece, args, kwargs) for piece in str.split(self, *args, **kwargs)]

    def partition(self, separator):
        pieces = str.partition(self, separator)
        return tuple(self._part(piece, (separator,), {}) for piece in pieces)

    def _part(self, text, args, kwargs):
        made = self._same(text)
        if "=" in (*args[:1], kwargs.get("sep")):
            made._faasfuzz_form = "%s=sample"  # what is compared is a name in front of a value
        return made

    def __int__(self):
        _note(self._faasfuzz_address, "cast", "int")
        return int(str.__str__(self))

    def __float__(self):
        _note(self._faasfuzz_address, "cast", "float")
        return float(str.__str__(self))

    def _same(self, value):
        """A derived text that still stands for the value of the address."""
        made = RecordingStr(value, self._faasfuzz_address)
        if self._faasfuzz_form != "%s":
            made._faasfuzz_form = self._faasfuzz_form
        return made

    def strip(self, *chars):
        return self._same(str.strip(self, *chars))

    def lower(self):
        return self._same(str.lower(self))

    def upper(self):
        return self._same(str.upper(self))

    def encode(self, *args, **kwargs):
        made = str.encode(self, *args, **kwargs)
        _register(made, self._faasfuzz_address)
        return made

    def __str__(self):
        return str.__str__(self)

    def __format__(self, spec):
        return format(str.__str__(self), spec)

    def __reduce__(self):
        return (str, (str.__str__(self),))

    def __deepcopy__(self, memo):
        return self


def _decoded(codec, original, wrapped=True):
    @functools.wraps(original)
    def decode(value, *args, **kwargs):
        global _inside
        if not _on or _inside:  # one decoder may be written with another
            return original(value, *args, **kwargs)
        address = _address_of(value)
        if address is not None:
            _note(address, "decode", codec)
        plain = str.__str__(value) if isinstance(value, RecordingStr) else value
        _inside = True
        try:
            result = original(plain, *args, **kwargs)
        finally:
            _inside = False
        if address is None:
            return result
        inside = address + "!" + codec
        if isinstance(result, bytes):
            _register(result, inside)
            try:
                _register(result.decode("utf-8"), inside)
            except UnicodeDecodeError:
                pass  # binary: it is recognised as bytes only
            return result
        return wrap(result, inside) if wrapped else result

    return decode


def _json_load(original):
    @functools.wraps(original)
    def load(file, *args, **kwargs):
        return json.loads(file.read(), *args, **kwargs) if _on else original(file, *args, **kwargs)

    return load


def _query(original):
    @functools.wraps(original)
    def parse(value, *args, **kwargs):
        result = original(value, *args, **kwargs)
        if not _on:
            return result
        address = _address_of(value)
        if address is None:
            return result
        _note(address, "decode", "form")
        inside = address + "!form"
        if isinstance(result, list):
            return [(key, wrap(text, inside + "/" + _escape(key))) for key, text in result]
        return _Fields(
            {k: [wrap(text, inside + "/" + _escape(k)) for text in v] for k, v in result.items()},
            inside,
        )

    return parse


class _Fields(dict):
    """What parse_qs gives: lists by name, where a missing name is a missing field."""

    def __init__(self, value, address):
        super().__init__(value)
        self._faasfuzz_address = address

    def _read(self, key):
        kind = "present" if dict.__contains__(self, key) else "missing"
        _note(self._faasfuzz_address + "/" + _escape(str(key)), kind)

    def __getitem__(self, key):
        self._read(key)
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._read(key)
        return dict.get(self, key, default)

    def __contains__(self, key):
        self._read(key)
        return dict.__contains__(self, key)


def _matched(original):
    @functools.wraps(original)
    def match(pattern, string, *args, **kwargs):
        if _on:
            address = _address_of(string)
            if address is not None:
                _note(address, "matches", getattr(pattern, "pattern", pattern))
        return original(pattern, string, *args, **kwargs)

    return match


def _cookies():
    """http.cookies reads a header into names: which are asked for is what a handler reads."""
    from http.cookies import BaseCookie

    original = BaseCookie.load

    @functools.wraps(original)
    def load(self, rawdata):
        result = original(self, rawdata)
        address = _address_of(rawdata) if _on and isinstance(rawdata, str) else None
        if address is not None:
            _note(address, "decode", "cookie")
            self._faasfuzz_address = address + "!cookie"
            for name in dict.keys(self):
                _register(dict.__getitem__(self, name).value, address + "!cookie/" + _escape(name))
        return result

    def noted(method):
        inherited = getattr(dict, method)

        def reader(self, key, *default):
            address = getattr(self, "_faasfuzz_address", None)
            if address is not None and isinstance(key, str):
                kind = "present" if dict.__contains__(self, key) else "missing"
                _note(address + "/" + _escape(key), kind)
            return inherited(self, key, *default)

        return reader

    BaseCookie.load = load
    for method in ("__contains__", "__getitem__", "get"):
        setattr(BaseCookie, method, noted(method))


_installed = False


def install():
    """Wrap the decoders. Before the handler's module is imported, so that `from json import loads`
    gets the wrapper too."""
    global _installed
    if _installed:
        return
    _installed = True
    json.loads = _decoded("json", json.loads)
    json.load = _json_load(json.load)
    base64.b64decode = _decoded("base64", base64.b64decode)
    base64.standard_b64decode = _decoded("base64", base64.standard_b64decode)
    base64.urlsafe_b64decode = _decoded("base64url", base64.urlsafe_b64decode)
    binascii.a2b_base64 = _decoded("base64", binascii.a2b_base64)
    binascii.unhexlify = _decoded("hex", binascii.unhexlify)
    gzip.decompress = _decoded("gzip", gzip.decompress)
    zlib.decompress = _decoded("zlib", zlib.decompress)
    urllib.parse.unquote_plus = _decoded("url", urllib.parse.unquote_plus)
    urllib.parse.unquote = _decoded("percent", urllib.parse.unquote)
    urllib.parse.parse_qs = _query(urllib.parse.parse_qs)
    urllib.parse.parse_qsl = _query(urllib.parse.parse_qsl)
    _cookies()
    for name in ("match", "fullmatch", "search"):
        setattr(re, name, _matched(getattr(re, name)))


def learn(event, extra=None):
    """A recording copy of the event; `extra` are texts by address that belong to it."""
    global _on
    try:
        _by_text.clear()
        _noted.clear()
        _on = True
        for address, text in (extra or {}).items():
            _register(text, address)
            _register(text.encode("utf-8", "surrogatepass"), address)
        return wrap(event, "")
    except Exception:
        _on = False
        return event


def unlearn():
    """The learning invocation is over."""
    global _on
    _on = False
    _by_text.clear()
