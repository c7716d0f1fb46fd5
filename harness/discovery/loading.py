"""Reading a template, so that a mistake is told with its line."""

from pathlib import Path
from typing import Any

import yaml
from cfnlint.decode import cfn_json, cfn_yaml

from harness.errors import UsageError


def load_template(path: Path) -> dict[str, Any]:
    """A CloudFormation template (YAML with short-form intrinsics, or JSON).

    Mappings and lists keep where they stand (`line_of`). Raises UsageError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", path=path) from error
    if not text.strip():
        raise UsageError(
            "the file is empty", path=path, mend="name a SAM or CloudFormation template"
        )
    try:
        if text.lstrip().startswith("{"):
            template = (
                cfn_json.loads(text) if hasattr(cfn_json, "loads") else cfn_json.load(str(path))
            )
        else:
            template = cfn_yaml.loads(text, str(path))
    except cfn_yaml.CfnParseError as error:
        match = error.matches[0]
        raise UsageError(
            f"not a valid template: {match.message}", path=path, line=match.linenumber
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise UsageError(f"not valid YAML: {error.problem}", path=path, line=line) from error
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise UsageError(f"not valid JSON: {error}", path=path, line=line) from error
    if not isinstance(template, dict):
        raise UsageError("not a template: a mapping is expected", path=path, line=1)
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise UsageError(
            "there are no Resources in it",
            path=path,
            mend="name a SAM or CloudFormation template",
        )
    for name, resource in resources.items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise UsageError(
                f"resource {name} has no Type", path=path, line=line_of(resources, name)
            )
    return template


def line_of(holder: Any, key: Any = None) -> int | None:
    """The line of a node, or of a key's own node inside a mapping."""
    if isinstance(holder, dict) and key is not None:
        for known in holder:
            if known == key and hasattr(known, "start_mark"):
                return int(known.start_mark.line) + 1
    mark = getattr(holder, "start_mark", None)
    return int(mark.line) + 1 if mark is not None else None
