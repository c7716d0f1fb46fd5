"""Safe functions of many shapes stay silent. CI runs a fixed part; benchmarks/detection.py all."""

import json
import os
from pathlib import Path

import pytest

from harness.cli.loading import load_application, load_catalogue
from harness.cli.run import campaign

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
    campaign(
        {
            "source": SAFE / "template.yaml",
            "function": tuple(asked),
            "trigger": (),
            "rule": (),
            "target": "local",
            "client": "fast",
            "max_time": 300.0,
            "max_invocations": None,
            "workers": os.cpu_count(),
            "seed": 7,
            "out": tmp_path / "out",
            "fail_on": "never",
            "baseline": None,
            "resume": None,
            "payloads": None,
            "templates": None,
            "parameter": (),
            "quiet": True,
            "no_progress": True,
        }
    )
    told = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert {f["name"] for f in told["functions"] if f["trials"] > 50} == set(asked)
    alarms = [(f["function"], f["rule"], f["witness"]) for f in told["findings"]]
    assert alarms == []
