"""Growing a seed by addresses that a handler is guessed to read, before it ran once."""

from collections.abc import Iterable

from harness.events.seed import Seed
from harness.events.shapes.reads import grow
from harness.model import Address, FieldRead


def with_paths(seed: Seed, paths: Iterable[str]) -> Seed:
    """The seed with a field at each address, where whoever causes the event could add it.

    `paths` are as `harness.events.shapes.source.paths` gives them. `seed` is returned itself when
    it has all of them, or none of them can be added. Fields of what is text in JSON (a body that a
    middleware decodes) are added inside of it.
    """
    addresses = [_through_json(seed, Address.parse(text)) for text in paths]
    holders = {a.steps[:end]: a.steps[end] for a in addresses for end in range(len(a.steps))}
    for address in addresses:
        if seed.exists(address) and address.steps not in holders:
            continue
        kind, name = address.steps[-1]
        text = str(address)
        made = [FieldRead(address=text, kind="missing")]
        if kind == "codec":
            holder = str(Address(address.steps[:-1], address.state))
            made = [FieldRead(address=holder, kind="decode", value=name)]
        inside, key = holders.get(address.steps, ("", ""))
        if inside == "key":
            made.append(FieldRead(address=text, kind="sequence" if key == "0" else "mapping"))
        for read in made:
            seed = grow(seed, [read]).seed
    return seed


def _through_json(seed: Seed, address: Address) -> Address:
    """An address that goes on inside of JSON text with the codec in its place."""
    steps: list[tuple[str, str]] = []
    for kind, key in address.steps:
        here = Address(tuple(steps), address.state)
        if kind == "key" and seed.exists(here) and isinstance(seed.read(here), str):
            inside = here.decoded("json")
            if seed.exists(inside) and isinstance(seed.read(inside), dict):
                steps.append(("codec", "json"))
        steps.append((kind, key))
    return Address(tuple(steps), address.state)
