"""One campaign over the corpus: each vulnerable function is found, each twin is silent."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.campaigns import rules_found

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = yaml.safe_load((CORPUS / "cases.yaml").read_text())
RESOURCES = {
    "Uploads": {"Type": "AWS::S3::Bucket"},
    "Jobs": {"Type": "AWS::SQS::Queue"},
    "Notices": {"Type": "AWS::SNS::Topic"},
    "Readings": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
    "Letters": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        },
    },
}


def template() -> dict[str, Any]:
    """A SAM template (JSON) with two functions a case: `<name>` and `<name>Twin`."""
    functions = {}
    for case in CASES:
        for name, handler in ((case["name"], "vulnerable"), (case["name"] + "Twin", "safe")):
            functions[name] = {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "python3.11",
                    "CodeUri": str(CORPUS / "src"),
                    "Handler": f"{case['module']}.{handler}",
                    "Timeout": 2,
                    "MemorySize": 256,
                    "Events": case["events"],
                },
            }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {**RESOURCES, **functions},
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Rules found, by function, with confidence confirmed or likely."""
    return rules_found(tmp_path_factory.mktemp("corpus"), template(), max_invocations=320)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_weakness_is_found_and_its_safe_twin_is_silent(
    case: dict[str, Any], found: dict[str, set[str]]
) -> None:
    assert case["rule"] in found[case["name"]]
    assert found[case["name"] + "Twin"] == set()
