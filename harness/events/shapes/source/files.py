"""The source files of a function that are its own: no installed packages, tests, or bundles."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

# Folders of what others wrote, and of what never runs in the function.
_SKIPPED = frozenset({"__pycache__", "node_modules", "tests", "__tests__", ".git"})
_TESTS = (".test", ".spec", ".min", ".d")
# Bytes. A longer file is a bundle; reading it would cost more than its words are worth.
_LONGEST_FILE = 512 * 1024
# Characters. Nobody writes lines which are this long on average: a minifier did.
_LONGEST_LINE = 300


def own_files(code: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """The files of a code folder with one of some endings (".py"), in a stable order.

    Folders of installed packages are left out; Python's have a `*.dist-info` beside them.
    """
    packages = {p.name.split("-")[0].lower() for p in code.glob("*.dist-info")}
    for path in sorted(p for p in code.rglob("*") if p.suffix in endings):
        inside = path.relative_to(code).parts
        if inside[0].removesuffix(".py").lower() in packages or _SKIPPED & set(inside):
            continue
        if Path(path.stem).suffix not in _TESTS and path.is_file():
            yield path


def text_of(path: Path) -> bytes:
    """A file's text; empty when it cannot be read, is too long, or was minified."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            return b""
        text = path.read_bytes()
    except OSError:
        return b""
    return b"" if len(text) > _LONGEST_LINE * (text.count(b"\n") + 1) else text


def file_of(code: Path, module: str, files: Sequence[Path]) -> Path | None:
    """The file of a handler's module, or the one with its name where it was compiled from."""
    stems = (code / module, code / module.replace(".", "/"))
    exact = next((path for path in files if path.with_suffix("") in stems), None)
    named = [path for path in files if path.stem == Path(module).name]
    return exact or (named[0] if len(named) == 1 else None)


def reached(
    code: Path,
    first: Path,
    files: Sequence[Path],
    imports_of: Callable[[bytes, str], Iterator[str]],
) -> list[Path]:
    """A file and those it imports, however indirectly, the nearest first.

    `imports_of` gives what a file imports as paths without an ending: from its own folder when
    they begin with a dot, else from there or from the code folder.
    """
    by_stem = {path.with_suffix("").resolve(): path for path in reversed(files)}
    found = {first: None}
    waiting = [first]
    while waiting:
        path = waiting.pop(0)
        for name in imports_of(text_of(path), path.suffix):
            for folder in (path.parent, code):
                stem = (folder / name).resolve()
                stems = (stem, stem.with_suffix(""), stem / "index", stem / "__init__")
                other = next((by_stem[one] for one in stems if one in by_stem), None)
                if other is not None and other not in found:
                    found[other] = None
                    waiting.append(other)
                if other is not None or name.startswith("."):
                    break
    return list(found)
