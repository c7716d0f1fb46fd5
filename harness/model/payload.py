"""Payloads, and the canary that ties what is observed to the trial that caused it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_PREFIX = "fz"
_ALPHABET = b"abcdefghjkmnpqrstuvwxyz"
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A mark that no other trial of any campaign carries.

    `token` is `fz` and 14 letters: a legal identifier in every language and a legal host label.
    `a` and `b` are five-digit factors whose `product` is never sent, so seeing it proves that
    something computed it. All three follow from (seed, number), so a plan can be repeated.
    """

    token: str
    a: int
    b: int

    @classmethod
    def make(cls, seed: int, number: int) -> "Canary":
        digest = hashlib.blake2b(f"{seed}/{number}".encode(), digest_size=24).digest()
        letters = digest[:14].translate(_LETTERS).decode("ascii")
        # Odd factors from 30,000 up: products have nine or ten digits and do not collide with
        # timestamps in seconds of this century more often than any random number does.
        a = 30011 + 2 * (int.from_bytes(digest[14:18], "big") % 33000)
        b = 30011 + 2 * (int.from_bytes(digest[18:22], "big") % 33000)
        return cls(token=_PREFIX + letters, a=a, b=b)

    @property
    def product(self) -> int:
        return self.a * self.b

    @property
    def planted(self) -> str:
        """The content of this trial's decoy file: never sent, so seeing it proves a read."""
        return f"planted {self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedWitness:
    """What a payload makes a vulnerable function do.

    `computed` is a template of text that is nowhere in the payload itself. `callback`: the
    out-of-band listener is called with the trial's token. `decoy`: the trial's planted file is
    read. `sink` names the sensor category in which the payload becomes structure. `delay`: the
    call takes `{delay}` seconds longer.
    """

    computed: str | None = None
    callback: bool = False
    decoy: bool = False
    sink: str | None = None
    delay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One attack text with placeholders, its control of the same shape, and the witness it expects.

    `template` is text with placeholders, or (for payloads that are a JSON value) any JSON value.
    `encode` names codecs applied to the rendered text before it goes to the insertion point.
    `repeat` gives placeholders of its own which stand for a text many times over. `priority` 1 goes
    first (polyglots, quick wins), 5 last. `changes`: where it works it may do more than the benign
    event does - write, send, spoil or wear out what others use - so that it is not sent to what is
    deployed unless that is asked for.
    """

    id: str
    rule: str
    context: str
    template: Any
    control: Any
    witness: ExpectedWitness = field(default_factory=ExpectedWitness)
    encode: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    priority: int = 3
    repeat: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    changes: bool = False
    note: str = ""

    def render(self, facts: Mapping[str, str]) -> Any:
        """The payload's value with every known placeholder filled in."""
        return fill(self.template, self._with_repeats(facts))

    def render_control(self, facts: Mapping[str, str]) -> Any:
        """The control's value, filled the same way."""
        return fill(self.control, self._with_repeats(facts))

    def _with_repeats(self, facts: Mapping[str, str]) -> Mapping[str, str]:
        if not self.repeat:
            return facts
        return {**facts, **{name: text * times for name, (text, times) in self.repeat.items()}}


def fill(value: Any, facts: Mapping[str, str]) -> Any:
    """Replace `{name}` for each name in `facts`, in every string of a JSON value.

    Unknown names and all other braces stay as they are: payloads are full of braces.
    """
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda m: facts.get(m.group(1), m.group(0)), value)
    if isinstance(value, list):
        return [fill(item, facts) for item in value]
    if isinstance(value, dict):
        return {fill(key, facts): fill(item, facts) for key, item in value.items()}
    return value
