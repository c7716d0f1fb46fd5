"""`samconfig.toml`: which template SAM's commands take, and with which parameters.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.shapes import mapping
from harness.errors import UsageError

FILE = "samconfig.toml"
# Where a setting of a deployment stands, the one that counts first.
_COMMANDS = ("deploy", "build", "global")


def configured_template(folder: Path) -> Path | None:
    """The template that a folder's commands take, None without one. Raises UsageError."""
    named = _setting(folder, "template_file", "template")
    return folder / named if isinstance(named, str) and (folder / named).is_file() else None


def overrides(template: Path) -> dict[str, str]:
    """The parameters with which a template is deployed. Raises UsageError.

    A built template (`.aws-sam/build`) has the file of its project.
    """
    folder = template.parent
    built = folder.parts[-2:] == (".aws-sam", "build")
    return dict(_pairs(_setting(folder.parents[1] if built else folder, "parameter_overrides")))


def _setting(folder: Path, *names: str) -> Any:
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"not valid TOML: {error}", path=file, mend="correct it") from error
    default = mapping(document.get("default"))
    for command in _COMMANDS:
        said: Mapping[str, Any] = mapping(mapping(default.get(command)).get("parameters"))
        for name in names:
            if name in said:
                return said[name]
    return None


def _pairs(said: Any) -> Iterator[tuple[str, str]]:
    """`Stage=prod Level=info`, as a text or a list, or in the words of the AWS CLI."""
    if isinstance(said, dict):
        yield from ((str(name), str(value)) for name, value in said.items())
        return
    try:
        words = shlex.split(said) if isinstance(said, str) else map(str, said or ())
    except (ValueError, TypeError):
        return
    for word in words:
        name, _, value = word.partition("=")
        if name == "ParameterKey":
            name, _, value = value.partition(",ParameterValue=")
        if name and value:
            yield name, value.strip('"')
