"""What is put for one invocation and what a function changed, put back; hostile clients."""

import socket
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from harness.model import AwsCall
from harness.observers.cloud import LocalCloud

Child = Callable[[str], tuple[list[Any], tuple[AwsCall, ...]]]


def test_state_is_put_for_one_invocation_and_gone_after_it(cloud: LocalCloud, child: Child) -> None:
    cloud.put("s3-object", {"bucket": "elsewhere", "key": "k"}, {"body": "b", "metadata": {"m": 1}})
    cloud.put("dynamodb-item", {"table": "orders"}, {"orderId": "9", "total": 1.5, "tags": ["a"]})
    cloud.put("dynamodb-item", {"table": "fresh"}, {"note": "n", "id": "7"})
    script = """
        got = {}
        try:
            stored = boto3.client("s3").get_object(Bucket="elsewhere", Key="k")
            got["body"] = stored["Body"].read().decode()
        except ClientError as error:
            got["body"] = error.response["Error"]["Code"]
        dynamodb = boto3.resource("dynamodb")
        got["item"] = dynamodb.Table("orders").get_item(Key={"orderId": "9"}).get("Item")
        try:
            got["fresh"] = dynamodb.Table("fresh").get_item(Key={"id": "7"})["Item"]["note"]
        except ClientError as error:
            got["fresh"] = error.response["Error"]["Code"]
        show(got)
        """
    (before,), _ = child(script)
    assert before["body"] == "b"
    assert before["item"]["total"] == "1.5"
    assert before["fresh"] == "n"
    cloud.restore()
    (after,), _ = child(script)
    assert after == {"body": "NoSuchBucket", "item": None, "fresh": "ResourceNotFoundException"}


@pytest.mark.parametrize(
    "at",
    [
        {"bucket": "shop-uploads", "key": "x" * 2000},
        {"bucket": "No Bucket", "key": "k"},
        {"bucket": "shop-uploads", "key": "\ud800"},
        {"bucket": "", "key": ""},
    ],
)
def test_state_which_the_service_would_refuse_is_not_put(
    cloud: LocalCloud, at: Mapping[str, str]
) -> None:
    mark = cloud.mark()
    cloud.put("s3-object", at, {"body": "b"})
    assert cloud.since(mark) == ()


def test_what_a_function_wrote_and_deleted_is_undone(cloud: LocalCloud, child: Child) -> None:
    script = """
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        show([dynamodb.scan(TableName="orders")["Count"],
              s3.list_objects_v2(Bucket="shop-uploads")["KeyCount"],
              len(s3.list_buckets()["Buckets"])])
        dynamodb.delete_table(TableName="orders")
        s3.put_object(Bucket="shop-uploads", Key="k", Body=b"x" * 6_000_000)
        s3.create_bucket(Bucket="another-one",
                         CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        boto3.client("logs").create_log_group(logGroupName="g")
        """
    for _ in range(2):
        shown, _ = child(script)
        assert shown == [[3, 0, 1]]
        cloud.restore()


SIGNED = "Authorization: AWS4 Credential=a/20200101/eu-west-1/dynamodb/aws4_request\r\n"


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "\x16\x03\x01",
        "GET",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET / HTTP/1.1\r\nAuthorization: Credential=a/20200101/x/../aws4_request\r\n\r\n",
        f"POST / HTTP/1.1\r\n{SIGNED}\r\n",
        "POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\n"
        f"{SIGNED}Content-Length: 3\r\n\r\n[1]",
    ],
)
def test_rubbish_is_answered_or_hung_up_on_and_the_next_is_served(
    cloud: LocalCloud, rubbish: str
) -> None:
    host, port = cloud.endpoint.removeprefix("http://").split(":")
    mark = cloud.mark()
    for text in (rubbish, "GET /shop-uploads HTTP/1.1\r\nConnection: close\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as client:
            client.sendall(text.encode("latin-1"))
            client.shutdown(socket.SHUT_WR)
            heard = b"".join(iter(lambda: client.recv(65536), b""))
    assert heard.startswith(b"HTTP/1.1 200 OK")
    assert cloud.since(mark)[-1].operation == "ListObjects"
