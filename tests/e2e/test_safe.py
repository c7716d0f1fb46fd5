"""Safe functions of many shapes stay silent. CI runs a fixed part; benchmarks/detection.py all."""

from pathlib import Path

import pytest

from harness.cli.loading import load_application, load_catalogue
from tests.e2e.campaigns import findings_of

SAFE = Path(__file__).parents[1] / "safe"
# Every ninth function in the template's order: each module and most triggers are in it. The same
# functions each time, so that a failure can be repeated.
STEP = 9


def names() -> list[str]:
    catalogue = load_catalogue()
    application = load_application(SAFE / "template.yaml", catalogue, {})
    return [function.name for function in application.functions]


def test_there_are_safe_functions_of_many_shapes() -> None:
    assert len(names()) >= 150


@pytest.mark.slow
def test_safe_functions_are_silent(tmp_path: Path) -> None:
    asked = names()[::STEP]
    told = findings_of(SAFE / "template.yaml", tmp_path / "out", functions=asked)
    assert {f["name"] for f in told["functions"] if f["trials"] > 50} == set(asked)
    alarms = [(f["function"], f["rule"], f["witness"]) for f in told["findings"]]
    assert alarms == []
