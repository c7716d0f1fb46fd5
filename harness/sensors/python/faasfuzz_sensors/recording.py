"""Subclasses of dict, list and str that note what is done with them.

They behave as the plain ones: every method that is not overridden is the base class's.
"""

import copy
import sys

from faasfuzz_sensors import origin
from faasfuzz_sensors.amounts import RecordingFloat, RecordingInt
from faasfuzz_sensors.frames import is_application
from faasfuzz_sensors.membership import sought
from faasfuzz_sensors.origin import escape, note, register

# A number that stays one of the very type `int`, for handlers that ask for just that.
BARE = 3


def wrap(value, address):
    """A recording copy of a JSON value, or the value itself where that cannot be had."""
    try:
        return _wrapped(value, address)
    except RecursionError:
        return value  # nested more deeply than we can follow, not than the handler can


def _wrapped(value, address):
    if type(value) is dict:
        return RecordingDict(value, address)
    if type(value) is list:
        return RecordingList(value, address)
    if type(value) is str:
        register(value, address)
        return RecordingStr(value, address)
    if type(value) is int and value != BARE:
        return RecordingInt(value, address)
    if type(value) is float:
        return RecordingFloat(value, address)
    if type(value) is bytes:
        register(value, address)
    return value


def _is_plain(value):
    """Whether a default is a benign value in itself, worth trying."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""


class RecordingDict(dict):
    __slots__ = ("_faasfuzz_address",)

    def __init__(self, value, address):
        self._faasfuzz_address = address
        super().__init__(
            (key, _wrapped(item, address + "/" + escape(str(key)))) for key, item in value.items()
        )

    def _read(self, key, default=None):
        if isinstance(key, str):
            place = self._faasfuzz_address + "/" + escape(key)
            if dict.__contains__(self, key):
                note(place, "present")
            else:
                note(place, "missing", default if _is_plain(default) else None)

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
        made = memo[id(self)] = RecordingDict({}, self._faasfuzz_address)
        for key, item in dict.items(self):
            dict.__setitem__(made, copy.deepcopy(key, memo), copy.deepcopy(item, memo))
        return made


def _walked(name):
    method = getattr(dict, name)

    def walked(self):
        # Only by the application: whoever writes a value as JSON walks through it, too.
        if origin.ON and is_application(sys._getframe(1).f_code.co_filename):
            note(self._faasfuzz_address, "walked")
        return method(self)

    walked.__name__, walked.__doc__ = name, method.__doc__
    return walked


for _name in ("items", "keys", "values"):
    setattr(RecordingDict, _name, _walked(_name))


class RecordingList(list):
    __slots__ = ("_faasfuzz_address",)

    def __init__(self, value, address):
        self._faasfuzz_address = address
        super().__init__(
            _wrapped(item, address + "/" + str(index)) for index, item in enumerate(value)
        )

    def __getitem__(self, index):
        if isinstance(index, int):
            kind = "present" if -len(self) <= index < len(self) else "missing"
            note(self._faasfuzz_address + "/" + str(index), kind)
        elif isinstance(index, str):
            note(self._faasfuzz_address, "mapping", index)
        return list.__getitem__(self, index)

    def __iter__(self):
        for index in range(len(self)):
            note(self._faasfuzz_address + "/" + str(index), "present")
        return list.__iter__(self)

    def copy(self):
        made = RecordingList((), self._faasfuzz_address)
        list.extend(made, list.__iter__(self))
        return made

    def __reduce__(self):
        return (list, (list(list.__iter__(self)),))

    def __deepcopy__(self, memo):
        made = memo[id(self)] = RecordingList((), self._faasfuzz_address)
        for item in list.__iter__(self):
            list.append(made, copy.deepcopy(item, memo))
        return made


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
            note(self._faasfuzz_address, "equals", value)

    def __getattr__(self, name):
        if name in _OF_MAPPINGS:
            note(self.__dict__["_faasfuzz_address"], "mapping", name)
        elif name in _OF_SEQUENCES:
            note(self.__dict__["_faasfuzz_address"], "sequence", name)
        raise AttributeError("'str' object has no attribute %r" % name)

    def __eq__(self, other):
        self._compared(other)
        return str.__eq__(self, other)

    def __ne__(self, other):
        self._compared(other)
        return str.__ne__(self, other)

    def __hash__(self):
        if origin.ON:
            self._looked_up()
        return str.__hash__(self)

    def _looked_up(self):
        try:
            for text in sought(2):
                note(self._faasfuzz_address, "equals", self._faasfuzz_form % text)
        except Exception:
            pass  # it stays unknown what it was looked for among

    def __contains__(self, part):
        if isinstance(part, str):
            note(self._faasfuzz_address, "contains", str(part))
        return str.__contains__(self, part)

    def __iter__(self):
        note(self._faasfuzz_address, "iterated")
        return str.__iter__(self)

    def startswith(self, prefix, *bounds):
        for part in prefix if isinstance(prefix, tuple) else (prefix,):
            note(self._faasfuzz_address, "startswith", part)
        return str.startswith(self, prefix, *bounds)

    def endswith(self, suffix, *bounds):
        for part in suffix if isinstance(suffix, tuple) else (suffix,):
            note(self._faasfuzz_address, "endswith", part)
        return str.endswith(self, suffix, *bounds)

    def __getitem__(self, index):
        if isinstance(index, str):
            note(self._faasfuzz_address, "mapping", index)
        part = str.__getitem__(self, index)
        return self._same(part) if isinstance(index, slice) else part

    def removeprefix(self, prefix):
        made = self._same(str(self)[len(prefix) :] if str.startswith(self, prefix) else str(self))
        made._faasfuzz_form = prefix.replace("%", "%%") + made._faasfuzz_form
        return made

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
        note(self._faasfuzz_address, "cast", "int")
        return int(str.__str__(self))

    def __float__(self):
        note(self._faasfuzz_address, "cast", "float")
        return float(str.__str__(self))

    def _same(self, value):
        """A derived text that still stands for the value of the address."""
        made = RecordingStr(value, self._faasfuzz_address)
        if self._faasfuzz_form != "%s":
            made._faasfuzz_form = self._faasfuzz_form
        return made

    def strip(self, *chars):
        return self._same(str.strip(self, *chars))

    def lstrip(self, *chars):
        return self._same(str.lstrip(self, *chars))

    def rstrip(self, *chars):
        return self._same(str.rstrip(self, *chars))

    def casefold(self):
        return self._same(str.casefold(self))

    def lower(self):
        return self._same(str.lower(self))

    def upper(self):
        return self._same(str.upper(self))

    def encode(self, *args, **kwargs):
        made = str.encode(self, *args, **kwargs)
        register(made, self._faasfuzz_address)
        return made

    def __str__(self):
        return str.__str__(self)

    def __format__(self, spec):
        return format(str.__str__(self), spec)

    def __reduce__(self):
        return (str, (str.__str__(self),))

    def __deepcopy__(self, memo):
        return self


def _asked(name, pattern):
    method = getattr(str, name)

    def asked(self):
        note(self._faasfuzz_address, "matches", pattern)
        return method(self)

    asked.__name__, asked.__doc__ = name, method.__doc__
    return asked


for _name, _matched in {
    "isdigit": "[0-9]+",
    "isdecimal": "[0-9]+",
    "isnumeric": "[0-9]+",
    "isalpha": "[A-Za-z]+",
    "isalnum": "[A-Za-z0-9]+",
    "islower": "[a-z]+",
    "isupper": "[A-Z]+",
    "isidentifier": "[A-Za-z_][A-Za-z0-9_]*",
}.items():
    setattr(RecordingStr, _name, _asked(_name, _matched))
if not hasattr(str, "removeprefix"):  # Python 3.8
    del RecordingStr.removeprefix
