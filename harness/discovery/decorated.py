"""Functions of Python sources with their decorators, read without running anything."""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError

# Folders beside a project's own code.
_FOREIGN = ("node_modules", "site-packages", "__pycache__", "venv", "env", "tests", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decorator:
    """`@owner.name(...)`, without the call too. `owner` is empty for a bare name.

    What an argument is that is neither a literal, nor a constant of the module, nor the member of
    an enumeration (its name, then) is not known: it is left out, and None in `positional`.
    """

    owner: str
    name: str
    positional: tuple[Any, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def value(self, name: str, place: int | None = None) -> Any:
        """An argument by its name, or by its place among those without one."""
        if name in self.arguments:
            return self.arguments[name]
        if place is not None and place < len(self.positional):
            return self.positional[place]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decorated:
    """A function at the top of a module. `parameters` are annotations as text by name."""

    name: str
    path: Path
    line: int
    decorators: tuple[Decorator, ...]
    parameters: Mapping[str, str]
    text: str


def sources(folder: Path, ending: str) -> Iterator[Path]:
    """The project's own files of an ending, those at the top first; no packages, no tests."""
    for path in sorted(folder.rglob(f"*{ending}"), key=lambda p: (len(p.parts), p)):
        between = path.relative_to(folder).parts[:-1]
        if not any(part.startswith(".") or part in _FOREIGN for part in between):
            yield path


def decorated(path: Path) -> Iterator[Decorated]:
    """Each function at the top of a module, decorated or not. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        with warnings.catch_warnings(action="ignore"):
            module = ast.parse(text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", path=path) from error
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        what = getattr(error, "msg", error)
        raise UsageError(
            f"not valid Python: {what}", path=path, line=line, mend="correct it there"
        ) from error
    constants: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            constants[node.targets[0].id] = _value(node.value, constants)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = (_decorator(d, constants) for d in node.decorator_list)
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield Decorated(
                name=node.name,
                path=path,
                line=node.lineno,
                decorators=tuple(d for d in found if d is not None),
                parameters={
                    a.arg: ast.unparse(a.annotation) if a.annotation else "" for a in arguments
                },
                text=ast.get_source_segment(text, node) or "",
            )


def _decorator(node: ast.expr, constants: Mapping[str, Any]) -> Decorator | None:
    call = node if isinstance(node, ast.Call) else None
    target = node.func if isinstance(node, ast.Call) else node
    if not isinstance(target, ast.Name | ast.Attribute):
        return None
    owner, _, name = ast.unparse(target).rpartition(".")
    if call is None:
        return Decorator(owner=owner, name=name)
    named = {k.arg: _value(k.value, constants) for k in call.keywords if k.arg is not None}
    return Decorator(
        owner=owner,
        name=name,
        positional=tuple(_value(argument, constants) for argument in call.args),
        arguments={key: value for key, value in named.items() if value is not None},
    )


def _value(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    """A literal, a constant, the name of an enumeration's member, or a list of those; else None."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr.isupper():
        return node.attr
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(item, constants) for item in node.elts]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
