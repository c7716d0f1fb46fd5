"""Reading properties whose shape the template's author got wrong: they count as not there.

Whether a template is valid is for `sam validate` and cfn-lint to say; discovery has to survive it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The mappings in a list; a mapping alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return tuple(item for item in found if isinstance(item, dict))


def texts(value: Any) -> tuple[str, ...]:
    """The scalars in a list, as text; a scalar alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return tuple(str(item) for item in found if isinstance(item, str | int | float))


def places(value: Any, item: Any, steps: list[str]) -> Iterator[tuple[Any, Any]]:
    """(value, innermost item of a `*` above it) of each place that a path's steps mean.

    `*` goes into each item of a list or a mapping, `key!json` into the JSON that a text holds.
    """
    if not steps:
        yield value, item
        return
    key, _, text = steps[0].partition("!")
    if key == "*":
        inner = value.values() if isinstance(value, dict) else value
        for each in inner if isinstance(value, list | dict) else ():
            yield from places(each, each, steps[1:])
    elif isinstance(value, dict) and key in value:
        held = value[key]
        if text and isinstance(held, str):
            try:
                held = json.loads(held)
            except ValueError:
                return
        yield from places(held, item, steps[1:])
