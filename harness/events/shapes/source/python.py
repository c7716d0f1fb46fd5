"""String constants and imports of Python."""

import ast
from collections.abc import Iterator


def tree_of(text: bytes) -> ast.Module | None:
    """The syntax tree; None for what does not parse: the runtime will say so itself."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def constants_of(text: bytes, ending: str) -> Iterator[str]:  # noqa: ARG001 - as each language's
    """Every string that stands in a file, docstrings among them, in their order."""
    tree = tree_of(text)
    texts = [
        (node.lineno, node.col_offset, node.value)
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    for _, _, value in sorted(texts):
        yield value


def patterns_of(text: bytes, ending: str) -> Iterator[str]:  # noqa: ARG001 - as each language's
    """The regular expressions that are handed to `re` as they stand."""
    tree = tree_of(text)
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re" | "regex")),
                args=[ast.Constant(value=str(pattern)), *_],
            ):
                yield pattern


def imports_of(text: bytes, ending: str) -> Iterator[str]:  # noqa: ARG001 - as each language's
    """Modules that a file imports, and names out of them, which may be modules too, as paths."""
    tree = tree_of(text)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            yield from (alias.name.replace(".", "/") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = "../" * (node.level - 1)
            start = f"./{up}" if node.level else ""
            module = f"{start}{(node.module or '').replace('.', '/')}"
            if node.module:
                yield module
            yield from (f"{module.rstrip('/')}/{alias.name}" for alias in node.names)
