"""The pytest plugin: a marker and the fixture `faasfuzz`.

    def test_orders(faasfuzz):
        faasfuzz.check("template.yaml", function="Orders", rules=["sql-injection"])

pytest loads this module in every run where faasfuzz is installed: what a campaign needs is imported
when a test first asks for the fixture.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.pytest_plugin.checker import Checker

_FIXTURE = "faasfuzz"


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line(
        "markers",
        "faasfuzz(source, **options): defaults for faasfuzz.check in this test; every test that "
        "uses the fixture has the marker, so that -m 'not faasfuzz' leaves them out",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that uses the fixture."""
    for item in items:
        if _FIXTURE in getattr(item, "fixturenames", ()) and not any(item.iter_markers(_FIXTURE)):
            item.add_marker(_FIXTURE)


@pytest.fixture
def faasfuzz(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Checker":
    """Fuzz a function, or replay a finding, and fail with what was found."""
    from harness.pytest_plugin.checker import Checker

    options: dict[str, object] = {}
    # The closest marker is the first: what it says wins over the class's and the module's.
    for marker in reversed(list(request.node.iter_markers(_FIXTURE))):
        if marker.args:
            options["source"] = marker.args[0]
        options.update(marker.kwargs)
    return Checker(
        test=request.node.nodeid,
        folders=(request.path.parent, request.config.rootpath),
        out=tmp_path_factory.mktemp(_FIXTURE),
        hypothesis_seed=request.config.getoption("--hypothesis-seed", default=None),
        defaults=options,
    )
