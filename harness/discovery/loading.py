"""Reading a template, so that a mistake is told with its line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.nodes import Mistake, from_json, from_yaml, placed
from harness.errors import UsageError

# What stands among resources and is none: a loop over them, a file that holds them.
LOOP, MACRO = "Fn::ForEach::", "Fn::Transform"
_MEND = "name a SAM or CloudFormation template"


def glance(path: Path) -> str:
    """A file's text, to tell of which kind it is; empty for what cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def load_template(path: Path) -> dict[str, Any]:
    """A CloudFormation template. Raises UsageError."""
    template = load_document(path)
    if isinstance(template.get("Transform"), dict | list):
        template.setdefault("Resources", {})  # they may be in a file that it includes
    else:
        check_resources(template, path)
    return template


def check_resources(template: Mapping[str, Any], path: Path) -> None:
    """See that every resource is a mapping with a Type, but for LOOP and MACRO.

    Raises UsageError.
    """
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise UsageError("there are no Resources in it", path=path, line=1, mend=_MEND)
    for name, resource in resources.items():
        if str(name).startswith((LOOP, MACRO)):
            continue
        line = line_of(resources, name)
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise UsageError(
                f"resource {name} has no Type", path=path, line=line, mend="say what it is"
            )
        if not isinstance(resource.get("Properties") or {}, dict):
            raise UsageError(
                f"the Properties of {name} are no mapping",
                path=path,
                line=line_of(resource, "Properties") or line,
                mend="indent them below Properties",
            )


def load_document(path: Path, mend: str = _MEND) -> dict[str, Any]:
    """A mapping in YAML (with short-form intrinsics) or JSON.

    Its mappings, and the keys in them, keep where they stand (`line_of`). `mend` says what to name
    instead of a file that is something else. Raises UsageError.
    """
    text = _text(path)
    if not text.strip():
        raise UsageError("the file is empty", path=path, line=1, mend=mend)
    document = _json(text, path) if text.lstrip().startswith("{") else _yaml(text, path)
    if not isinstance(document, dict):
        raise UsageError("not a template: a mapping is expected", path=path, line=1, mend=mend)
    return document


def load_any(path: Path) -> Any:
    """Whatever a YAML or JSON file holds, and the text of any other. Raises UsageError."""
    text = _text(path)
    if path.suffix == ".json":
        return _json(text, path) if text.lstrip().startswith("{") else json.loads(text or "null")
    if path.suffix in (".yml", ".yaml"):
        return _yaml(text, path) if text.strip() else None
    return text


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", path=path, mend="check the path") from error


def line_of(holder: Any, key: Any = None) -> int | None:
    """The line (from 1) of a node, or of one key in a mapping. None when it is not known."""
    if key is not None:
        holder = next((known for known in holder if known == key), None)
    line: int | None = getattr(holder, "line", None)
    return line


def standing_at(holder: Any, value: Any) -> Any:
    """A mapping or a text with the place of another node, for `line_of`."""
    line = line_of(holder)
    return value if line is None else placed(value, line)


def _json(text: str, path: Path) -> Any:
    try:
        return from_json(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"not valid JSON: {error.msg}", path=path, line=error.lineno, mend="correct it there"
        ) from error
    except Mistake as error:
        raise _not_meant(error, path) from error


def _yaml(text: str, path: Path) -> Any:
    try:
        return from_yaml(text)
    except Mistake as error:
        raise _not_meant(error, path) from error
    except yaml.MarkedYAMLError as error:
        what = f"not valid YAML: {error.problem}"
        line = error.problem_mark.line + 1 if error.problem_mark else None
    except yaml.YAMLError as error:
        what, line = f"not valid YAML: {error}", None
    raise UsageError(what, path=path, line=line, mend="correct it there")


def _not_meant(mistake: Mistake, path: Path) -> UsageError:
    told = f"not a valid template: {mistake}"
    return UsageError(told, path=path, line=mistake.line, mend="correct it there")
