"""What a recorded request says it was."""

import pytest

from harness.model import AwsCall
from harness.observers.cloud.decode import Exchange, decode
from harness.observers.cloud.dispatch import Dispatcher
from harness.observers.cloud.request import Answer, Request

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def call(
    service: str,
    method: str = "POST",
    target: str = "/",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    answer: Answer | None = None,
) -> AwsCall:
    request = Request(method=method, target=target, headers=headers or {}, body=body)
    answered = answer or Answer(status=200, headers={}, body=b"")
    return decode(Exchange(service=service, request=request, answer=answered))


def signed(service: str, **more: str) -> dict[str, str]:
    scope = f"AWS4-HMAC-SHA256 Credential=ASIAX/20260101/eu-west-1/{service}/aws4_request, Signed"
    return {"Authorization": scope, **more}


def test_the_json_protocol_names_its_operation_in_a_header() -> None:
    seen = call(
        "dynamodb",
        headers={"X-Amz-Target": "DynamoDB_20120810.UpdateItem"},
        body=b'{"TableName": "t", "Key": {"id": {"S": "x"}}, "Unknown": 1}',
    )
    assert (seen.operation, seen.mutating) == ("UpdateItem", True)
    assert seen.parameters == {"TableName": "t", "Key": {"id": {"S": "x"}}, "Unknown": 1}


def test_the_query_protocol_names_it_in_its_form() -> None:
    body = b"Action=Publish&Version=2010-03-31&TopicArn=arn&Message=a%26b"
    seen = call("sns", headers=FORM, body=body)
    assert (seen.operation, seen.parameters) == ("Publish", {"TopicArn": "arn", "Message": "a&b"})


def test_rest_is_told_by_method_and_path() -> None:
    seen = call("lambda", target="/2015-03-31/functions/other/invocations", body=b'{"a": "b"}')
    assert seen.operation == "Invoke"
    assert seen.parameters["FunctionName"] == "other"
    assert call("s3", "DELETE", "/b/k").operation == "DeleteObject"
    assert call("s3", "GET", "/b?list-type=2&prefix=p").operation == "ListObjectsV2"


@pytest.mark.parametrize("body", [b"[1]", b"null", b"{", b"\xff\xfe", b'{"Key": 1}', b"{}" * 9])
def test_a_body_that_fits_no_model_is_recorded_all_the_same(body: bytes) -> None:
    headers = {"X-Amz-Target": "DynamoDB_20120810.GetItem"}
    assert call("dynamodb", headers=headers, body=body).operation == "GetItem"


def test_a_service_without_a_model_is_told_by_method_and_path() -> None:
    assert call("nosuch", "PUT", "/a/b?c").operation == "PUT /a/b"


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({}, b'{"__type": "com.amazonaws.dynamodb.v20120810#NoSuch"}', "NoSuch"),
        ({"x-amzn-errortype": "NoSuch:http://x"}, b"", "NoSuch"),
        ({}, b"<Error><Code>NoSuch</Code></Error>", "NoSuch"),
        ({}, b"gone", "404"),
    ],
)
def test_the_error_code_is_found_in_every_protocol(
    headers: dict[str, str], body: bytes, code: str
) -> None:
    answer = Answer(status=404, headers=headers, body=body)
    assert call("dynamodb", answer=answer).error == code


def test_long_bodies_are_cut() -> None:
    seen = call("s3", "PUT", "/b/k", body=b"x" * 100_000)
    assert len(seen.parameters["Body"]) == 65_536


@pytest.mark.parametrize(
    ("headers", "target", "service"),
    [
        (signed("s3"), "/b/k", "s3"),
        (signed("states"), "/", "stepfunctions"),
        (
            signed("dynamodb", **{"X-Amz-Target": "DynamoDBStreams_20120810.X"}),
            "/",
            "dynamodbstreams",
        ),
        (signed("lambda"), "/2015-03-31/functions", "lambda"),
        (signed("cognito-idp"), "/", "cognito-idp"),
        (signed("dynamodb"), "/", "dynamodb"),
        (signed("frauddetector"), "/", "frauddetector"),
        ({}, "/bucket/key?X-Amz-Signature=1", "s3"),
    ],
)
def test_the_service_follows_from_the_signature(
    headers: dict[str, str], target: str, service: str
) -> None:
    request = Request(method="GET", target=target, headers=headers, body=b"")
    assert Dispatcher("123456789012").service_of(request) == service


def test_what_a_body_says_of_an_action_counts_only_in_a_form() -> None:
    text = b'x&Action=GetObject&{"a": "&Action=GetItem&"}'
    stored = call("s3", "PUT", "/b/k", body=text)
    assert (stored.operation, stored.mutating) == ("PutObject", True)
    assert stored.parameters["Body"] == text.decode()


@pytest.mark.parametrize("service", ["s3", "bedrock", "lambda"])
def test_a_host_that_is_none_is_no_obstacle(service: str) -> None:
    headers = signed(service, Host="x" * 300)
    seen = call(service, "PUT", "/b/k", headers=headers)
    assert seen.service == service
    request = Request(method="PUT", target="/b/k", headers=headers, body=b"")
    assert Dispatcher("123456789012").service_of(request) == service
