"""What a role grants and the function never used, and when nothing can be said of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.model import Application, AwsCall, Confidence, Function, ResolvedResource
from harness.posture import Claim, Subject, claims, usage

SOURCE = """
import boto3
table = boto3.resource("dynamodb").Table("orders")
def handler(event, context):
    if event.get("old"):
        table.delete_item(Key={"id": "1"})
    table.put_item(Item={"id": "1"})
"""
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


def told(folder: Path, *policies: Mapping[str, Any], **facts: Any) -> list[Claim]:
    (folder / "app.py").write_text(SOURCE)
    function = Function(
        name="Keep", runtime="python3.13", handler="app.handler", code=folder, policies=policies
    )
    table = ResolvedResource(
        name="Orders", kind="AWS::DynamoDB::Table", physical="orders", arn=TABLE
    )
    application = Application(
        name="app", source=Path("t.yaml"), functions=(function,), resources=(table,)
    )
    known = {
        "used": frozenset({"dynamodb:PutItem orders"}),
        "tested": True,
        "thorough": True,
        "reached": 0.9,
    }
    return list(claims(Subject(application=application, function=function, **(known | facts))))


def allow(actions: Sequence[str], resource: str = TABLE) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": [resource]}


def test_what_was_used_on_what_it_was_used_for_is_enough(tmp_path: Path) -> None:
    assert told(tmp_path, allow(["dynamodb:PutItem"])) == []


def test_all_of_a_service_is_too_much_whatever_was_used(tmp_path: Path) -> None:
    (claim,) = told(tmp_path, allow(["dynamodb:*"]))
    assert claim.seen == "dynamodb:* is granted, only dynamodb:PutItem was seen"
    assert claim.confidence is Confidence.LIKELY


def test_a_managed_policy_for_everything_is_told(tmp_path: Path) -> None:
    seen = [claim.seen for claim in told(tmp_path, {"Managed": "AmazonS3FullAccess"})]
    assert seen == ["s3:* is granted, nothing of it was ever used"]


def test_any_resource_is_too_much_where_the_calls_named_theirs(tmp_path: Path) -> None:
    (claim,) = told(tmp_path, allow(["dynamodb:PutItem"], "*"))
    assert claim.about == "anything"
    assert "the calls were for orders" in claim.seen


def test_a_table_that_an_event_names_may_need_any_resource(tmp_path: Path) -> None:
    used = frozenset({"dynamodb:PutItem orders", "dynamodb:PutItem of-the-event"})
    assert told(tmp_path, allow(["dynamodb:PutItem"], "*"), used=used) == []


def test_an_action_without_resources_may_have_any(tmp_path: Path) -> None:
    used = frozenset({"ses:SendEmail", "dynamodb:PutItem orders"})
    assert told(tmp_path, allow(["ses:SendEmail"], "*"), used=used) == []


def test_an_action_that_nothing_names_is_told(tmp_path: Path) -> None:
    (claim,) = told(tmp_path, allow(["dynamodb:PutItem", "dynamodb:Scan"]))
    assert claim.seen == "dynamodb:Scan is granted and was never used"


@pytest.mark.parametrize(
    "action", ["dynamodb:DeleteItem", "logs:PutLogEvents", "sqs:ReceiveMessage"]
)
def test_what_the_source_names_or_the_platform_does_is_silent(tmp_path: Path, action: str) -> None:
    assert told(tmp_path, allow([action])) == []


def test_of_a_function_that_was_hardly_reached_nothing_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, allow(["dynamodb:Scan"]), reached=0.3) == []
    assert told(tmp_path, allow(["dynamodb:Scan"]), thorough=False) == []
    assert told(tmp_path, allow(["dynamodb:*"]), tested=False) == []


def test_a_statement_under_a_condition_or_that_denies_is_left_out(tmp_path: Path) -> None:
    assert told(tmp_path, allow(["*"], "*") | {"Condition": {"Bool": {"x": "true"}}}) == []
    assert told(tmp_path, allow(["*"], "*") | {"Effect": "Deny"}) == []


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "named"),
    [
        ("dynamodb", "PutItem", {"TableName": "orders"}, "dynamodb:PutItem orders"),
        ("dynamodb", "PutItem", {"TableName": TABLE}, "dynamodb:PutItem orders"),
        ("s3", "ListObjectsV2", {"Bucket": "b"}, "s3:ListBucket b"),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, "s3:GetObject b"),
        ("lambda", "Invoke", {"FunctionName": "next"}, "lambda:InvokeFunction next"),
        (
            "sqs",
            "SendMessage",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"},
            "sqs:SendMessage jobs",
        ),
        ("ses", "SendEmail", {}, "ses:SendEmail"),
    ],
)
def test_a_call_is_named_as_policies_name_it(
    service: str, operation: str, parameters: Mapping[str, Any], named: str
) -> None:
    call = AwsCall(service=service, operation=operation, parameters=parameters, status=200)
    assert usage(call) == named
