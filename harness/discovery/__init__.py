"""Discovery: a description of an application becomes an Application.

A new kind of description is a module with a Source, and a line in SOURCES.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.discovery.base import Source
from harness.discovery.cloudformation import CloudFormation
from harness.errors import UsageError
from harness.model import Application, EventTemplate

SOURCES: tuple[Source, ...] = (CloudFormation(),)
_NAMES = ("template.yaml", "template.yml", "template.json")


def discover(
    source: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    templates: Sequence[EventTemplate] = (),
) -> Application:
    """The application in a file, or in a folder that holds one. Raises UsageError."""
    path = source
    if source.is_dir():
        found = [source / name for name in _NAMES if (source / name).is_file()]
        if not found:
            raise UsageError(
                "this folder has no template",
                path=source,
                mend=f"name a file, or a folder with one of {', '.join(_NAMES)}",
            )
        path = found[0]
    path = path.resolve()
    for reader in SOURCES:
        if reader.recognises(path):
            return reader.load(path, parameters or {}, templates)
    raise UsageError("not a template that is known", path=path, mend="name a .yaml or .json file")


__all__ = ["SOURCES", "Source", "discover"]
