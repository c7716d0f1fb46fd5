"""Where an event's values go in a program, whatever its language: the addresses that it reads.

A language lowers its routines to Binds in the order they stand; branches are all taken, loops go
round once. What cannot be followed is Unknown: a guess that is missing costs less than a wrong one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.model import Address

RETURNED = "<returned>"
# Of a value that is a list of what lies at an address, where no list stands in the event.
_EACH = ("each", "")
_ROOT = Address(())
_DEEPEST_CALL = 8
# A name holds few alternatives; more are a sign of a guess gone wrong.
_ALTERNATIVES = 8
_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    id: str


@dataclass(frozen=True, slots=True)
class Field:
    """`base[key]`."""

    base: "Expression"
    key: str


@dataclass(frozen=True, slots=True)
class Element:
    """An item of a list."""

    base: "Expression"


@dataclass(frozen=True, slots=True)
class Many:
    """A list made of a value for each item of another."""

    item: "Expression"


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a codec makes of a text."""

    base: "Expression"
    codec: str


@dataclass(frozen=True, slots=True)
class Either:
    """One of several values."""

    options: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a routine by its name; an argument has a keyword, or "" when it stands by place."""

    routine: str
    arguments: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of which nothing is known; its parts are read."""

    parts: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """The function's event, where a framework hands it out."""


Expression = Name | Field | Element | Many | Decoded | Either | Call | Unknown | Event


@dataclass(frozen=True, slots=True)
class Bind:
    """`name = value`; RETURNED binds what the routine gives, "" nothing."""

    name: str
    value: Expression


@dataclass(slots=True)
class Routine:
    """A function, or the event's handler. `parameters` leave out `self`."""

    name: str
    parameters: Sequence[str]
    body: list[Bind] = field(default_factory=list)


@dataclass(slots=True)
class Module:
    """A file: its routines by name, other names of them, and those a framework calls itself."""

    routines: dict[str, Routine] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    entries: list[str] = field(default_factory=list)


Values = frozenset[Address]
_NOTHING: Values = frozenset()


def addresses_read(modules: Sequence[Module], handler: str) -> tuple[str, ...]:
    """Addresses that the handler of the first module reads, what holds a field before the field.

    Of a value that is decoded as well as read as it is, only the decoded form counts.
    """
    walk = _Walk(modules)
    walk.enter(handler)
    for name in modules[0].entries if modules else ():
        walk.enter(name)
    decoded = {
        address.steps[:at]
        for address in walk.found
        for at, (kind, _) in enumerate(address.steps)
        if kind == "codec"
    }
    return tuple(str(address) for address in walk.found if not _reads_undecoded(address, decoded))[
        :_LIMIT
    ]


def _reads_undecoded(address: Address, decoded: set[tuple[tuple[str, str], ...]]) -> bool:
    return any(
        kind == "key" and address.steps[:at] in decoded
        for at, (kind, _) in enumerate(address.steps)
    )


class _Walk:
    def __init__(self, modules: Sequence[Module]) -> None:
        self._modules = modules
        self._given: dict[tuple[str, tuple[Values, ...]], Values] = {}
        self._depth = 0
        self.found: dict[Address, None] = {}

    def enter(self, name: str) -> None:
        """Call a routine with the event as its first argument."""
        found = self._routine(name)
        if found is not None:
            self._call(found, {found.parameters[0]: _event()} if found.parameters else {})

    def _routine(self, name: str) -> Routine | None:
        for _ in range(_DEEPEST_CALL):
            for module in self._modules:
                if name in module.routines:
                    return module.routines[name]
            other = next((m.aliases[name] for m in self._modules if name in m.aliases), None)
            if other is None:
                return None
            name = other
        return None

    def _call(self, routine: Routine, scope: Mapping[str, Values]) -> Values:
        key = (routine.name, tuple(scope.get(p, _NOTHING) for p in routine.parameters))
        if key in self._given or self._depth >= _DEEPEST_CALL:
            return self._given.get(key, _NOTHING)
        self._given[key] = _NOTHING  # what a call of itself gives
        self._depth += 1
        names = dict(scope)
        for bind in routine.body:
            value = self._value(bind.value, names)
            if not bind.name:
                continue
            # `data = data["inner"]` leaves the old value behind; otherwise both branches count.
            before = _NOTHING if _mentions(bind.value, bind.name) else names.get(bind.name)
            names[bind.name] = _few((before or _NOTHING) | value)
        self._depth -= 1
        self._given[key] = names.get(RETURNED, _NOTHING)
        return self._given[key]

    def _value(self, expression: Expression, names: Mapping[str, Values]) -> Values:
        match expression:
            case Event():
                return _event()
            case Name(id=name):
                return names.get(name, _NOTHING)
            case Field(base=base, key=key):
                return self._read(a.key(key) for a in self._value(base, names) if not _is_many(a))
            case Element(base=base):
                return self._elements(self._value(base, names))
            case Many(item=item):
                return frozenset(
                    Address((*a.steps, _EACH), a.state) for a in self._value(item, names)
                )
            case Decoded(base=base, codec=codec):
                values = self._value(base, names)
                return self._read(a.decoded(codec) for a in values if not _is_many(a))
            case Either(options=options):
                return _few(frozenset().union(*(self._value(o, names) for o in options)))
            case Call(routine=name, arguments=arguments):
                return self._called(name, arguments, names)
            case Unknown(parts=parts):
                for part in parts:
                    self._value(part, names)
                return _NOTHING

    def _called(
        self,
        name: str,
        arguments: tuple[tuple[str, Expression], ...],
        names: Mapping[str, Values],
    ) -> Values:
        routine = self._routine(name)
        scope: dict[str, Values] = {}
        for place, (keyword, argument) in enumerate(arguments):
            value = self._value(argument, names)
            if routine is None:
                continue
            if keyword:
                scope[keyword] = value
            elif place < len(routine.parameters):
                scope[routine.parameters[place]] = value
        return self._call(routine, scope) if routine and any(scope.values()) else _NOTHING

    def _elements(self, values: Values) -> Values:
        made = frozenset(Address(a.steps[:-1], a.state) for a in values if _is_many(a))
        return made | self._read(a.key(0) for a in values if not _is_many(a))

    def _read(self, addresses: Iterable[Address]) -> Values:
        read = _few(frozenset(addresses))
        for address in sorted(read, key=str):
            self.found.setdefault(address)
        return read


def _event() -> Values:
    return frozenset({_ROOT})


def _is_many(address: Address) -> bool:
    return address.steps[-1:] == (_EACH,)


def _few(values: Values) -> Values:
    return (
        values
        if len(values) <= _ALTERNATIVES
        else frozenset(sorted(values, key=str)[:_ALTERNATIVES])
    )


def _mentions(expression: Expression, name: str) -> bool:
    match expression:
        case Name(id=id):
            return id == name
        case Field(base=base) | Element(base=base) | Decoded(base=base) | Many(item=base):
            return _mentions(base, name)
        case Either(options=parts) | Unknown(parts=parts):
            return any(_mentions(part, name) for part in parts)
        case Call(arguments=arguments):
            return any(_mentions(argument, name) for _, argument in arguments)
        case _:
            return False
