"""What Terraform's resources refer to, and which of several things one of many instances means."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of a resource of the plan."""

    address: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource instance: planned values, and the expressions of its configuration.

    `module` is the address of its module ("" for the root), `name` its own name and index.
    """

    address: str
    type: str
    module: str
    name: str
    index: Any
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    expressions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: a module (by the address of its instance), and what `each` is
    there: an entry of `loop`, under the key `index` beside those of the other instances."""

    module: str
    index: Any = None
    loop: Any = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression, and where it stands."""

    scope: Scope
    expression: Any


def likeness(key: str, reference: Reference) -> int:
    """How many words of a name a reference has."""
    words = set(re.split(r"[^a-z0-9]+", f"{reference.address}.{reference.attribute}".lower()))
    return sum(1 for word in key.lower().split("_") if word in words or f"{word}s" in words)


def fitting(found: list[Reference], scope: Scope) -> Iterator[Reference]:
    """The one of several references that an instance of a loop means: the plan tells of all what
    they go over, but not who gets which. Each gets the one most like its key."""
    left = list(found)
    if len(left) < 2 or str(scope.index) not in scope.keys:
        yield from left
        return
    order = sorted(scope.keys, key=lambda key: -max(likeness(key, one) for one in found))
    for key in order:
        best = max(left, key=lambda one: likeness(key, one))
        if key == str(scope.index):
            yield best
            return
        if len(left) > 1:
            left.remove(best)
