"""Numbers of the event, and lengths of its values, that note what they are compared with."""

from faasfuzz_sensors.origin import note


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, (bool, _Amount))


class _Amount(object):
    """What RecordingInt, RecordingFloat and Length share; mixed in front of the plain type.

    The plain type makes the comparison: ours only looks. Arithmetic gives plain numbers.
    """

    __slots__ = ()

    def _compared(self, kind, other):
        if _is_number(other):
            note(self._faasfuzz_address, kind, other)

    def __lt__(self, other):
        self._compared("less", other)
        return super().__lt__(other)

    def __le__(self, other):
        self._compared("less", other)
        return super().__le__(other)

    def __gt__(self, other):
        self._compared("greater", other)
        return super().__gt__(other)

    def __ge__(self, other):
        self._compared("greater", other)
        return super().__ge__(other)

    def __eq__(self, other):
        self._compared("equals", other)
        return super().__eq__(other)

    def __ne__(self, other):
        self._compared("equals", other)
        return super().__ne__(other)

    def __reduce_ex__(self, protocol):
        return self._faasfuzz_plain, (self._faasfuzz_plain(self),)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class RecordingInt(_Amount, int):
    _faasfuzz_plain = int
    __hash__ = int.__hash__

    def __new__(cls, value, address):
        made = int.__new__(cls, value)
        made._faasfuzz_address = address
        return made


class RecordingFloat(_Amount, float):
    _faasfuzz_plain = float
    __hash__ = float.__hash__

    def __new__(cls, value, address):
        made = float.__new__(cls, value)
        made._faasfuzz_address = address
        return made


# How far from the number it is compared with a length lies on either side of the comparison.
_SIDES = {"<": (-1, 0), "<=": (0, 1), ">": (1, 0), ">=": (0, -1), "==": (0,)}


class Length(RecordingInt):
    """A length: notes those that would have decided the comparison either way."""

    def _sides(self, comparison, other):
        if _is_number(other) and isinstance(other, int):
            for step in _SIDES[comparison]:
                if 0 <= other + step <= 10000:
                    note(self._faasfuzz_address, "length", other + step)

    def __lt__(self, other):
        self._sides("<", other)
        return int.__lt__(self, other)

    def __le__(self, other):
        self._sides("<=", other)
        return int.__le__(self, other)

    def __gt__(self, other):
        self._sides(">", other)
        return int.__gt__(self, other)

    def __ge__(self, other):
        self._sides(">=", other)
        return int.__ge__(self, other)

    def __eq__(self, other):
        self._sides("==", other)
        return int.__eq__(self, other)

    def __ne__(self, other):
        self._sides("==", other)
        return int.__ne__(self, other)

    __hash__ = int.__hash__
