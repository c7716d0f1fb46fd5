"""The architecture: layers go one way, siblings do not know each other, files stay small."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "harness"
LINES = 350

LAYERS = (
    {"model", "errors"},
    {"codecs"},
    {"catalogue"},
    {"deployed"},
    {"discovery", "events", "targets", "observers", "oracles", "posture"},
    {"campaign"},
    {"reports", "serve"},
    {"cli", "proxy"},
    {"pytest_plugin"},
)
RANK = {package: rank for rank, layer in enumerate(LAYERS) for package in layer}


def modules() -> list[Path]:
    return sorted(p for p in HARNESS.rglob("*.py") if "sensors" not in p.parts)


def imported(path: Path) -> set[str]:
    """Our modules that a file imports, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return {name for name in found if name.split(".")[0] == "harness"}


def package(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_every_package_has_its_place_in_a_layer() -> None:
    packages = {p.relative_to(HARNESS).parts[0].removesuffix(".py") for p in modules()}
    assert packages - set(RANK) == {"__init__"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HARNESS)))
def test_a_layer_imports_only_those_before_it_and_no_sibling(path: Path) -> None:
    own = path.relative_to(HARNESS).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imported(path):
        other = package(name)
        if other and other != own:
            assert RANK[other] < RANK[own], f"{own} imports {name}"


def test_sensors_import_nothing_of_ours() -> None:
    for path in (HARNESS / "sensors").rglob("*.py"):
        assert imported(path) == set(), path


def test_there_is_no_cycle_among_modules() -> None:
    graph = {}
    for path in modules():
        dotted = ".".join(("harness", *path.relative_to(HARNESS).with_suffix("").parts))
        graph[dotted.removesuffix(".__init__")] = imported(path)
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name in done or name not in graph:
            return
        for other in graph[name]:
            if other != name:
                visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize(
    "path",
    sorted([*HARNESS.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_a_file_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES


def test_nothing_in_the_engine_names_an_example() -> None:
    names = {p.name for p in (ROOT / "examples").iterdir() if p.is_dir()}
    allowed = {HARNESS / "cli" / "demo.py"}
    data = [
        path
        for folder in (HARNESS, ROOT / "payloads", ROOT / "event_templates")
        for path in folder.rglob("*")
        if path.suffix in (".py", ".yaml", ".j2") and path not in allowed
    ]
    for path in data:
        text = path.read_text()
        assert not any(name in text for name in names), path
