"""Reading YAML that people write: with line numbers, so that a mistake is told where it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]


class Strict(BaseModel):
    """A file's section: unknown keys are refused, since they are most often misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file, and the line of each of its nodes by path."""

    path: Path
    value: Any
    lines: Mapping[Path_, int]

    def line(self, where: Sequence[str | int]) -> int | None:
        """The line of a node, or of the nearest node around it."""
        for end in range(len(where), -1, -1):
            found = self.lines.get(tuple(where[:end]))
            if found is not None:
                return found
        return None


def documents(folders: Sequence[Path]) -> Iterator[Document]:
    """Every YAML file below the folders, in a stable order. Raises UsageError."""
    for folder in folders:
        for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
            yield read_document(path)


def read_document(path: Path) -> Document:
    """One YAML file. Raises UsageError with the line of a syntax error."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        value = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise UsageError(f"not valid YAML: {error.problem}", path=path, line=line) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"cannot be read: {error}", path=path) from error
    lines: dict[Path_, int] = {}
    if node is not None:
        _lines(node, (), lines)
    return Document(path, value, lines)


def validated(model: type[Model], document: Document, where: Path_ = ()) -> Model:
    """The part of a document at `where` as a model. Raises UsageError for the first mistake."""
    value = document.value
    for step in where:
        value = value[step]
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(step for step in first["loc"] if isinstance(step, (str, int)))
        name = ".".join(str(step) for step in place) or "the file"
        raise UsageError(
            f"{name}: {first['msg']}",
            path=document.path,
            line=document.line((*where, *place)),
            mend=_mend(first["type"]),
        ) from error


def _mend(kind: str) -> str:
    if kind == "missing":
        return "add it"
    if kind == "extra_forbidden":
        return "remove it, or correct its spelling"
    return ""


def _lines(node: yaml.Node, where: Path_, lines: dict[Path_, int]) -> None:
    lines[where] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*where, key.value)] = key.start_mark.line + 1
            _lines(value, (*where, key.value), lines)
            lines[(*where, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _lines(item, (*where, index), lines)
