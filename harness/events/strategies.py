"""Hypothesis strategies: which cell is tried next, how it is mutated, how the rest is filled.

Built once a function. An attempt draws a few small values and never a whole event: the event is a
copy of a seed, so generation stays cheap and shrinks well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from harness.events.mutators import MUTATORS
from harness.events.shapes.defaults import CANDIDATES

BASES = 1 << 16


@dataclass(frozen=True, slots=True)
class Attempt:
    """`base` is a place in [0, BASES) among the events that are changed, `cell` an index into the
    base's part of the plan, `filling` pairs of (index of another point, value)."""

    base: int
    cell: int
    mutations: tuple[str, ...]
    filling: tuple[tuple[int, Any], ...]


def attempts(cells: int, constants: Sequence[str]) -> st.SearchStrategy[Attempt]:
    """Attempts over a plan of `cells` cells; fillings come from the source's constants, text, and
    the usual candidates. `cells` must be at least 1."""
    known = st.sampled_from([*constants, *(c for c in CANDIDATES if isinstance(c, (str, int)))])
    values = st.one_of(known, st.text(max_size=12), st.integers(-10, 10**6).map(str))
    return st.builds(
        Attempt,
        base=st.integers(0, BASES - 1),
        cell=st.integers(0, cells - 1),
        mutations=st.lists(st.sampled_from(sorted(MUTATORS)), max_size=2, unique=True).map(tuple),
        filling=st.lists(st.tuples(st.integers(0, 15), values), max_size=2).map(tuple),
    )
