"""What stands in for types of C code in the application's modules, during a learning call.

`Decimal(text)`, `re.compile(...).match(text)`, `int(text) > 5` and `len(text) < 9` ask nothing of
the text that a subclass of str could notice. For the time of the call the names by which the
application knows them mean a stand-in, and afterwards what they meant before.
"""

import functools
import re
import sys
import types

from faasfuzz_sensors import frames, origin
from faasfuzz_sensors.amounts import Length, RecordingFloat, RecordingInt
from faasfuzz_sensors.decoders import asked_for, followed
from faasfuzz_sensors.origin import address_of, note
from faasfuzz_sensors.telling import quiet

_Pattern = type(re.compile(""))
_MANY = 1000  # of a container that is looked through
# Where a stand-in for a type would be told from it: `case int():` and `type(x) is int`.
_STRICT = re.compile(r"^\s*case\b.*\w\(|\btype\([^()]*\)\s+is\b", re.MULTILINE)
_CALLED = re.compile(r"\b(int|float|len)\b|\b(bytes|bytearray)\.fromhex\b")

_swapped = []
_sources = {}


class Type(object):
    """Behaves as a type in calls, in isinstance() and as a base class; an instance all the same."""

    def __init__(self, real, before=None, after=None, methods=None):
        self._faasfuzz_real, self._faasfuzz_methods = real, methods or {}
        self._faasfuzz_before, self._faasfuzz_after = before, after
        self.__doc__ = real.__doc__

    __class__ = property(lambda self: type)

    def __call__(self, *args, **kwargs):
        if self._faasfuzz_before is not None and args:
            self._faasfuzz_before(args)
        made = self._faasfuzz_real(*args, **kwargs)
        return self._faasfuzz_after(made, args) if self._faasfuzz_after and args else made

    def __getattr__(self, name):
        found = getattr(self._faasfuzz_real, name)
        noted = self._faasfuzz_methods.get(name)
        return found if noted is None else noted(found)

    def __instancecheck__(self, instance):
        return isinstance(instance, self._faasfuzz_real)

    def __subclasscheck__(self, subclass):
        return issubclass(getattr(subclass, "_faasfuzz_real", subclass), self._faasfuzz_real)

    def __mro_entries__(self, bases):
        return (self._faasfuzz_real,)

    def __eq__(self, other):
        return getattr(other, "_faasfuzz_real", other) is self._faasfuzz_real

    def __hash__(self):
        return hash(self._faasfuzz_real)

    def __repr__(self):
        return repr(self._faasfuzz_real)

    def __or__(self, other):
        return self._faasfuzz_real | other

    def __ror__(self, other):
        return other | self._faasfuzz_real

    def __reduce__(self):
        return getattr, (sys.modules[self._faasfuzz_real.__module__], self.__name__)


class Pattern(object):
    """A compiled pattern which notes what is matched against it."""

    __slots__ = ("_faasfuzz_real",)
    __class__ = property(lambda self: _Pattern)

    def __init__(self, real):
        self._faasfuzz_real = real

    def _noted(self, name, args, kwargs):
        text = args[0] if args else kwargs.get("string")
        address = address_of(text)
        if address is not None:
            note(address, "matches", asked_for(name, self._faasfuzz_real))
        return getattr(self._faasfuzz_real, name)(*args, **kwargs)

    def match(self, *args, **kwargs):
        return self._noted("match", args, kwargs)

    def fullmatch(self, *args, **kwargs):
        return self._noted("fullmatch", args, kwargs)

    def search(self, *args, **kwargs):
        return self._noted("search", args, kwargs)

    def __getattr__(self, name):
        return getattr(self._faasfuzz_real, name)

    def __eq__(self, other):
        return getattr(other, "_faasfuzz_real", other) == self._faasfuzz_real

    def __hash__(self):
        return hash(self._faasfuzz_real)

    def __repr__(self):
        return repr(self._faasfuzz_real)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return re.compile, (self._faasfuzz_real.pattern, self._faasfuzz_real.flags)


def _cast(kind):
    def noted(args):
        address = address_of(args[0])
        if address is not None:
            note(address, "cast", kind)

    return noted


def _method(kind):
    def noting(method):
        @functools.wraps(method)
        def call(*args, **kwargs):
            if args:
                _cast(kind)(args)
            return method(*args, **kwargs)

        return call

    return noting


def _from_hex(method):
    @functools.wraps(method)
    def fromhex(text):
        address = address_of(text)
        if address is None:
            return method(text)
        note(address, "decode", "hex")
        return followed(method(text), address + "!hex")

    return fromhex


def _with_base(args):
    if len(args) == 2:  # then the text itself is not asked for its number
        _cast("int")(args)


def _amount(recording):
    def after(made, args):
        address = getattr(args[0], "_faasfuzz_address", None)
        return made if address is None else recording(made, address)

    return after


@functools.wraps(len)
def _len(value):
    length = len(value)
    address = getattr(value, "_faasfuzz_address", None)
    return length if address is None else Length(length, address)


_BUILTINS = {
    "int": Type(int, before=_with_base, after=_amount(RecordingInt)),
    "float": Type(float, after=_amount(RecordingFloat)),
    "len": _len,
    "bytes": Type(bytes, methods={"fromhex": _from_hex}),
    "bytearray": Type(bytearray, methods={"fromhex": _from_hex}),
}


def _types():
    """Stand-ins for types that were imported, by identity, and the modules which hold them."""
    found, modules = {}, {}
    wanted = {"decimal": ("Decimal",), "datetime": ("datetime", "date", "time")}
    for module, names in wanted.items():
        real = sys.modules.get(module)
        if real is None:
            continue
        made = {}
        for name in names:
            kind = name.lower()
            before = _cast(kind) if kind == "decimal" else None
            made[name] = Type(
                getattr(real, name), before=before, methods={"fromisoformat": _method(kind)}
            )
            found[id(getattr(real, name))] = made[name]
        modules[id(real)] = _Module(real, made)
    return found, modules


class _Module(types.ModuleType):
    """A module but for some of its names."""

    def __init__(self, real, names):
        super().__init__(real.__name__, real.__doc__)
        self.__dict__.update(vars(real))
        self.__dict__.update(names)


def _source(filename):
    """(builtins that it calls, whether it tells types from each other) of a module's source."""
    if filename not in _sources:
        with quiet(), open(filename, encoding="utf-8", errors="replace") as file:
            text = file.read()
        called = {one or other for one, other in _CALLED.findall(text)}
        _sources[filename] = called, _STRICT.search(text) is not None
    return _sources[filename]


def swap_in():
    """Put the stand-ins into the application's modules."""
    found, modules = _types()
    for module in list(sys.modules.values()):
        space = getattr(module, "__dict__", {})
        filename = space.get("__file__")
        if not isinstance(filename, str) or not frames.is_application(filename):
            continue
        called, strict = _source(filename)
        _swap(space, {} if strict else found, {} if strict else modules)
        for value in list(space.values()):
            if type(value) is type and value.__module__ == space.get("__name__"):
                _swap_in_class(value)
        for name in () if strict else called:
            if name not in space:
                _exchange(space, name, _BUILTINS[name])


def _swap(space, found, modules):
    for name, value in list(space.items()):
        if isinstance(value, type):
            made = found.get(id(value))
        elif isinstance(value, types.ModuleType):
            made = modules.get(id(value))
        else:
            made = _pattern(value)
        if made is not None:
            _exchange(space, name, made)
        elif type(value) in (dict, list) and len(value) <= _MANY:
            for key, item in list(value.items() if type(value) is dict else enumerate(value)):
                made = _pattern(item)
                if made is not None:
                    _exchange(value, key, made)


def _pattern(value):
    """What stands in for a pattern or for a tuple with patterns; None for anything else."""
    if type(value) is _Pattern:
        return Pattern(value)
    if type(value) is tuple and any(type(item) is _Pattern for item in value):
        return tuple(Pattern(item) if type(item) is _Pattern else item for item in value)
    return None


def _swap_in_class(cls):
    for name, value in list(vars(cls).items()):
        made = _pattern(value)
        if made is not None:
            setattr(cls, name, made)
            _swapped.append((cls, name, made, value))


def _exchange(container, key, made):
    missing = isinstance(container, dict) and key not in container
    _swapped.append((container, key, made, _MISSING if missing else container[key]))
    container[key] = made


_MISSING = object()


def swap_out():
    """What the names meant before, except where the function has changed it meanwhile."""
    while _swapped:
        container, key, made, before = _swapped.pop()
        try:
            if isinstance(container, type):
                if vars(container).get(key) is made:
                    setattr(container, key, before)
            elif container[key] is made:
                if before is _MISSING:
                    del container[key]
                else:
                    container[key] = before
        except (LookupError, TypeError):
            pass  # the function took it away itself


def install():
    """Patterns that the application compiles in a learning call note as well."""
    original = re.compile

    @functools.wraps(original)
    def compile(*args, **kwargs):
        made = original(*args, **kwargs)
        if origin.ON and frames.is_application(sys._getframe(1).f_code.co_filename):
            return _pattern(made) or made
        return made

    re.compile = compile
