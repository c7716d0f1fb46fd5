"""The short way to moto's answer prepares what the long way does."""

from typing import Any

import pytest
from moto.dynamodb.urls import url_paths as dynamodb
from moto.kms.urls import url_paths as kms
from moto.s3.urls import url_paths as s3
from moto.sqs.urls import url_paths as sqs
from moto.ssm.urls import url_paths as ssm

from harness.observers.cloud.request import Request, lean
from harness.observers.cloud.shortcut import prepared

ACCOUNT, HOST = "123456789012", "127.0.0.1:1234"
KIND = "application/x-amz-json-1.0"
PATHS = {"dynamodb": dynamodb, "sqs": sqs, "kms": kms, "ssm": ssm, "s3": s3}
# The request itself, what is only ever looked into (headers, and fields that JSON has not got), and
# the time of day.
OTHER = {"normalized_request", "headers", "querystring", "data", "form_data", "response_headers"}


def asked(
    service: str, target: str, body: bytes, kind: str = KIND, path: str = "/", **more: str
) -> Request:
    scope = f"Credential=ASIA{'A' * 16}/20260101/eu-west-1/{service}/aws4_request, Signed"
    headers = {
        "Host": HOST,
        "User-Agent": "Boto3",
        "Content-Type": kind,
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 {scope}",
        **more,
    }
    return Request(method="POST", target=path, headers=headers, body=body)


def handler(service: str) -> Any:
    return next(iter(PATHS[service].values()))


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        ("dynamodb", asked("dynamodb", "DynamoDB_20120810.PutItem", b'{"TableName": "t"}')),
        (
            "dynamodb",
            asked("dynamodb", "DynamoDB_20120810.GetItem", b'{"Key": {"a": {"B": "eA=="}}}'),
        ),
        ("sqs", asked("sqs", "AmazonSQS.SendMessage", b'{"MessageBody": "\xc3\xa9"}', path="/1/q")),
        ("kms", asked("kms", "TrentService.Decrypt", b'{"CiphertextBlob": "eA=="}')),
        ("ssm", asked("ssm", "AmazonSSM.GetParameter", b'{"Name": "n"}')),
    ],
)
def test_all_that_moto_prepares_is_there_and_the_same(service: str, request_: Request) -> None:
    made = prepared(handler(service), service, request_, "other", ACCOUNT)
    plain = type(made)()
    sent = lean(request_, "other", ACCOUNT)
    plain.setup_class(sent, sent.raw_url, dict(sent.headers))
    assert vars(made).keys() == vars(plain).keys()
    for name in vars(plain).keys() - OTHER:
        assert getattr(made, name) == getattr(plain, name), name
    assert made.response_headers.keys() == plain.response_headers.keys()
    for name in ("x-amz-target", "X-Amz-Target", "HOST", "content-Type", "none"):
        assert made.headers.get(name) == plain.headers.get(name)
        assert (name in made.headers) == (name in plain.headers)
    assert made._get_action() == plain._get_action()


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        ("s3", asked("s3", "x.y", b"")),
        ("sqs", asked("sqs", "", b"Action=SendMessage", "application/x-www-form-urlencoded")),
        ("sqs", asked("sqs", "AmazonSQS.SendMessage", b"{}", "text/plain")),
        ("sqs", asked("sqs", "AmazonSQS.SendMessage", b"{}", **{"Content-Encoding": "gzip"})),
    ],
)
def test_other_requests_go_the_long_way(service: str, request_: Request) -> None:
    assert prepared(handler(service), service, request_, "other", ACCOUNT) is None
