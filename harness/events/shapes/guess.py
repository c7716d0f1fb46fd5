"""A seed that holds what the source was seen to read: where reads cannot be seen, a beginning."""

from collections.abc import Sequence

from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.seed import Seed
from harness.events.shapes.reads import add_field
from harness.model import Address


def with_paths(seed: Seed, paths: Sequence[str]) -> Seed:
    """The seed with a field at each address that an attacker may add; others are left out.

    What holds a field comes before the field (see `shapes.source.paths`).
    """
    for text in paths:
        address = Address.parse(text)
        if not address.steps or seed.exists(address):
            continue
        seed = add_field(seed, address)
        inside = [p[len(text) + 1 :].split("/")[0] for p in paths if p.startswith(text + "/")]
        if inside and seed.exists(address):
            try:
                seed = seed.written(address, _holder(inside))
            except (CodecError, AddressError, TypeError):
                continue
    return seed


def _holder(inside: Sequence[str]) -> object:
    """What can hold the fields: a list with one entry where they are numbers."""
    if not all(name.isdigit() for name in inside):
        return {}
    return [{}]
