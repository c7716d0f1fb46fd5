"""`--trigger FUNCTION=ID`: a trigger that nothing declares."""

import json
from pathlib import Path

import pytest

from harness.campaign.config import RunConfig
from harness.cli.loading import load_application, load_catalogue
from harness.errors import UsageError

BATCH = "aws.s3.batch"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    shared = {"Runtime": "python3.12", "Handler": "app.handler", "InlineCode": "x"}
    queue = {"Type": "SQS", "Properties": {"Queue": "arn:aws:sqs:us-east-1:123456789012:q"}}
    functions = {"Worker": {**shared, "Events": {"E": queue}}, "Other": shared}
    path = tmp_path / "template.json"
    resources = {
        name: {"Type": "AWS::Serverless::Function", "Properties": properties}
        for name, properties in functions.items()
    }
    path.write_text(json.dumps({"Resources": resources}))
    return path


def asked(source: Path, *triggers: str) -> dict[str, list[str]]:
    """The triggers by which each function is tested."""
    catalogue = load_catalogue()
    application = load_application(source, catalogue, {}, triggers=triggers)
    config = RunConfig(source=source, out=source.parent / "out", triggers=triggers)
    return {
        function.name: [t.template for t in config.triggers_of(function, catalogue.templates)]
        for function in application.functions
    }


def test_a_trigger_is_given_to_the_functions_that_a_glob_means(source: Path) -> None:
    assert asked(source, f"Work*={BATCH}") == {"Worker": [BATCH], "Other": []}
    assert asked(source, f"*={BATCH}") == {"Worker": [BATCH], "Other": [BATCH]}


def test_a_trigger_alone_chooses_among_those_that_are_declared(source: Path) -> None:
    assert asked(source, "aws.sqs.message") == {"Worker": ["aws.sqs.message"], "Other": []}
    both = asked(source, "aws.sqs.message", f"Other={BATCH}")
    assert both == {"Worker": ["aws.sqs.message"], "Other": [BATCH]}


def test_one_that_is_declared_is_not_given_twice(source: Path) -> None:
    assert asked(source, "Worker=aws.sqs.message")["Worker"] == ["aws.sqs.message"]


def test_a_function_that_is_not_there_is_told(source: Path) -> None:
    with pytest.raises(UsageError, match=r"--trigger Wrker=aws.s3.batch: no function is called so"):
        asked(source, f"Wrker={BATCH}")
