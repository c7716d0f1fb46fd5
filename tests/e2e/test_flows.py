"""Flow bypass: what a function in front refuses is obeyed behind it; the twins look again."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.campaigns import findings_of

CORPUS = Path(__file__).parents[1] / "corpus" / "flows"
BEHIND = {"Ship": "SNS", "Welcome": "SQS", "Letter": "SNS, Node.js", "Note": "SQS, Node.js"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("flows")
    fronts = ("Order", "Register")
    return findings_of(CORPUS / "template.yaml", out, functions=fronts, rules=("flow-bypass",))


@pytest.mark.slow
@pytest.mark.parametrize("name", BEHIND)
def test_what_is_refused_in_front_and_obeyed_behind_is_found(
    name: str, told: dict[str, Any]
) -> None:
    found = [f for f in told["findings"] if f["function"] == name]
    assert {f["rule"] for f in found} == {"flow-bypass"}
    assert {f["confidence"] for f in found} == {"confirmed"}
    assert not [f for f in told["findings"] if f["function"] == name + "Twin"]
