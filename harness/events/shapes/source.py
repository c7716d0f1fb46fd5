"""String constants of a Python function's source: candidates for what it compares with."""

import ast
import re
from functools import lru_cache
from pathlib import Path

_WORTH = re.compile(r"[\w.:/@+ -]{1,60}")
_SKIPPED = frozenset({"__pycache__", "node_modules", "tests", ".git"})
_LIMIT = 400


@lru_cache(maxsize=64)
def constants(code: Path) -> tuple[str, ...]:
    """Short constants of the `.py` files in a code folder, in the order they stand.

    Docstrings, and folders which hold installed packages (they have a `*.dist-info` beside them),
    are left out. Files that do not parse give nothing: the runtime will say so itself.
    """
    found: dict[str, None] = {}
    packages = {p.name.split("-")[0].lower() for p in code.glob("*.dist-info")}
    for path in sorted(code.rglob("*.py")):
        top = path.relative_to(code).parts[0].removesuffix(".py").lower()
        if top in packages or _SKIPPED & set(path.parts):
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and _WORTH.fullmatch(node.value)
            ):
                found.setdefault(node.value)
        if len(found) >= _LIMIT:
            break
    return tuple(found)[:_LIMIT]
