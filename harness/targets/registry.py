"""The ways of invoking, by name: each module of harness.targets that holds a PROVIDER."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from harness.targets.base import Narrowing, Provider

_NONE = frozenset({"base", "lambda_api", "registry"})


def names() -> tuple[str, ...]:
    """What `--target` takes, by file names alone: a target's libraries load when it is used."""
    folder = str(Path(__file__).parent)
    return tuple(sorted(m.name for m in pkgutil.iter_modules([folder]) if m.name not in _NONE))


def provider(name: str) -> Provider:
    """The provider of that name. Raises KeyError."""
    if name not in names():
        raise KeyError(name)
    return cast(Provider, import_module(f"harness.targets.{name}").PROVIDER)


def lacking(name: str, options: Mapping[str, Any]) -> frozenset[str]:
    """The OBSERVERS that a campaign with these (checked) options is without. Raises KeyError."""
    way = provider(name)
    return way.lacks_with(options) if isinstance(way, Narrowing) else way.lacks
