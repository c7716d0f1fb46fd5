"""What only the deployment shows: each weakness is told, and nothing of its twin."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from harness.posture import RULES
from tests.e2e.campaigns import told_of

CORPUS = Path(__file__).parents[1] / "corpus" / "posture"
# The pair and what is told of it: (rule, what the evidence begins with).
TOLD = {
    "KeepOrder": {
        ("over-privileged-role", "dynamodb:* is granted, only dynamodb:PutItem was seen"),
        ("over-privileged-role", "dynamodb:* is granted for any resource, the calls were for"),
        ("insecure-deployment", "The route has no authorizer"),
    },
    "SendNotice": {
        ("over-privileged-role", "sqs:PurgeQueue is granted and was never used"),
        ("insecure-deployment", "The policy lets everybody in"),
        ("insecure-deployment", "A secret stands in the function's environment"),
    },
    "Preview": {
        ("over-privileged-role", "* is granted, nothing of it was ever used"),
        ("insecure-deployment", "The function's URL asks for no identity"),
    },
    "Measure": {
        ("over-privileged-role", "dynamodb:PutItem is granted and was never used"),
        ("insecure-deployment", "The runtime is deprecated"),
    },
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    out = tmp_path_factory.mktemp("posture")
    told = told_of(CORPUS / "template.yaml", out, rules=RULES)
    assert all(f["tested"] for f in told["functions"]), told["functions"]
    found = defaultdict(list)
    for finding in told["findings"]:
        found[finding["function"]].append(finding)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_a_deployment_is_told_and_its_twin_is_silent(
    name: str, findings: dict[str, list[dict[str, Any]]]
) -> None:
    seen = {(f["rule"], f["witness"]["seen"]) for f in findings[name]}
    for rule, beginning in TOLD[name]:
        assert any(r == rule and text.startswith(beginning) for r, text in seen), (beginning, seen)
    assert len(seen) == len(TOLD[name]), seen
    assert findings[name + "Twin"] == []
