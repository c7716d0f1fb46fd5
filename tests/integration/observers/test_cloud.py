"""The local cloud, called over the wire by boto3 in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from harness.model import Application, AwsCall, ResolvedResource
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import make_decoys

ACCOUNT = "123456789012"
REGION = "eu-west-1"
KEY_ID = [{"AttributeName": "orderId", "KeyType": "HASH"}]


def resource(name: str, kind: str, physical: str, **properties: Any) -> ResolvedResource:
    return ResolvedResource(name=name, kind=kind, physical=physical, properties=properties)


RESOURCES = (
    resource("Uploads", "AWS::S3::Bucket", "shop-uploads"),
    resource(
        "Orders",
        "AWS::DynamoDB::Table",
        "orders",
        KeySchema=KEY_ID,
        AttributeDefinitions=[
            {"AttributeName": "orderId", "AttributeType": "S"},
            {"AttributeName": "customerEmail", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [{"AttributeName": "customerEmail", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": "1", "WriteCapacityUnits": "1"},
            }
        ],
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
    ),
    resource("Simple", "AWS::Serverless::SimpleTable", "simple"),
    # Subscriptions come first on purpose: order in a template means nothing.
    resource(
        "Link",
        "AWS::SNS::Subscription",
        "",
        Protocol="sqs",
        TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:news",
        Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:work",
    ),
    resource("News", "AWS::SNS::Topic", f"arn:aws:sns:{REGION}:{ACCOUNT}:news"),
    resource("Work", "AWS::SQS::Queue", f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/work"),
    resource("Sorted", "AWS::SQS::Queue", "sorted.fifo", FifoQueue=True),
    resource("Plain", "AWS::SSM::Parameter", "/shop/colour", Type="String", Value="blue-green"),
    resource("Given", "AWS::SSM::Parameter", "/shop/api-key", Type="String", Value="k-12345678"),
    resource("Hidden", "AWS::SSM::Parameter", "/shop/pin", Type="SecureString"),
    resource(
        "Database",
        "AWS::SecretsManager::Secret",
        "shop/db",
        GenerateSecretString={
            "SecretStringTemplate": '{"username": "app"}',
            "GenerateStringKey": "password",
        },
    ),
    resource("Whole", "AWS::SecretsManager::Secret", "shop/whole", SecretString="tr0ub4dor"),
    resource("Bus", "AWS::Events::EventBus", "shop-bus"),
    resource("Clicks", "AWS::Kinesis::Stream", "clicks", ShardCount=1),
    resource("People", "AWS::Cognito::UserPool", f"{REGION}_Abc123"),
    resource("Flow", "AWS::StepFunctions::StateMachine", "flow"),
    resource("Network", "AWS::EC2::VPC", "vpc-1"),
    resource("Broken", "AWS::DynamoDB::Table", "broken"),
)

PRELUDE = """
import boto3, json
from botocore.exceptions import ClientError
show = lambda value: print(json.dumps(value, default=str))
def queue(name):
    return boto3.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
"""


@pytest.fixture(scope="module")
def started() -> Iterator[LocalCloud]:
    application = Application(
        name="shop",
        source=Path("template.yaml"),
        functions=(),
        resources=RESOURCES,
        region=REGION,
        account=ACCOUNT,
    )
    cloud = LocalCloud(application, decoys=make_decoys(Random(1)))
    cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture
def cloud(started: LocalCloud) -> Iterator[LocalCloud]:
    yield started
    started.restore()


Child = Callable[[str], tuple[list[Any], tuple[AwsCall, ...]]]


@pytest.fixture
def child(cloud: LocalCloud) -> Child:
    """Runs a script in a process of its own: what it showed, and the calls it made."""

    def run(script: str) -> tuple[list[Any], tuple[AwsCall, ...]]:
        mark = cloud.mark()
        kept = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY")}
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(script)],
            env={**kept, **cloud.environment()},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()], cloud.since(mark)

    return run


def operations(calls: tuple[AwsCall, ...]) -> list[str]:
    return [f"{call.service}.{call.operation}" for call in calls]


def test_an_object_is_written_and_read_and_both_calls_are_recorded(child: Child) -> None:
    shown, calls = child(
        """
        s3 = boto3.client("s3")
        at = {"Bucket": "shop-uploads", "Key": "a b/é&?.txt"}
        s3.put_object(**at, Body=b"hello", Metadata={"by": "me"})
        got = s3.get_object(**at)
        show([got["Body"].read().decode(), got["Metadata"]])
        """
    )
    assert shown == [["hello", {"by": "me"}]]
    assert operations(calls) == ["s3.PutObject", "s3.GetObject"]
    put, get = calls
    assert put.mutating
    assert not get.mutating
    assert (put.parameters["Bucket"], put.parameters["Key"]) == ("shop-uploads", "a b/é&?.txt")
    assert put.parameters["Body"] == "hello"
    assert put.parameters["Metadata"] == {"by": "me"}
    assert get.result == "hello"


def test_a_declared_table_has_rows_and_its_index(child: Child) -> None:
    shown, calls = child(
        """
        table = boto3.resource("dynamodb").Table("orders")
        show(sorted(row["orderId"] for row in table.scan()["Items"]))
        from boto3.dynamodb.conditions import Key
        found = table.query(
            IndexName="by-customer",
            KeyConditionExpression=Key("customerEmail").eq("ada@example.com"),
        )
        show(found["Count"])
        show(boto3.client("dynamodb").scan(TableName="simple")["Count"])
        """
    )
    assert shown == [["1001", "1002", "1003"], 1, 3]
    assert calls[0].parameters["TableName"] == "orders"
    assert not any(call.mutating for call in calls)


def test_a_topic_reaches_its_queue_and_restore_empties_it(cloud: LocalCloud, child: Child) -> None:
    script = f"""
        boto3.client("sns").publish(
            TopicArn="arn:aws:sns:{REGION}:{ACCOUNT}:news", Message="hi", Subject="s"
        )
        sqs = boto3.client("sqs")
        got = sqs.receive_message(QueueUrl=queue("work"), MaxNumberOfMessages=10)
        show([json.loads(m["Body"])["Message"] for m in got.get("Messages", [])])
        """
    for _ in range(2):
        shown, calls = child(script)
        assert shown == [["hi"]]
        assert operations(calls) == ["sns.Publish", "sqs.GetQueueUrl", "sqs.ReceiveMessage"]
        assert calls[0].parameters["Message"] == "hi"
        assert [call.mutating for call in calls] == [True, False, False]
        cloud.restore()


def test_a_received_message_is_there_again_after_restore(cloud: LocalCloud, child: Child) -> None:
    shown, _ = child(
        """
        sqs = boto3.client("sqs")
        sqs.send_message(QueueUrl=queue("sorted.fifo"), MessageBody="x", MessageGroupId="g",
                         MessageDeduplicationId="d")
        show(len(sqs.receive_message(QueueUrl=queue("sorted.fifo")).get("Messages", [])))
        """
    )
    cloud.restore()
    after, _ = child(
        """
        attributes = boto3.client("sqs").get_queue_attributes(
            QueueUrl=queue("sorted.fifo"), AttributeNames=["All"])["Attributes"]
        show([attributes["ApproximateNumberOfMessages"],
              attributes["ApproximateNumberOfMessagesNotVisible"]])
        """
    )
    assert (shown, after) == ([1], [["0", "0"]])


def test_secrets_and_parameters_hold_decoys_that_are_told(cloud: LocalCloud, child: Child) -> None:
    shown, calls = child(
        """
        secrets, ssm = boto3.client("secretsmanager"), boto3.client("ssm")
        show(json.loads(secrets.get_secret_value(SecretId="shop/db")["SecretString"]))
        show(secrets.get_secret_value(SecretId="shop/whole")["SecretString"])
        for name in ("/shop/pin", "/shop/api-key", "/shop/colour"):
            show(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        """
    )
    database, whole, pin, key, colour = shown
    told = cloud.secrets()
    assert database["username"] == "app"
    assert told[database["password"]] == "secretsmanager:shop/db/password"
    assert told[whole] == "secretsmanager:shop/whole"
    assert told[pin] == "ssm:/shop/pin"
    assert told[key] == "ssm:/shop/api-key"
    assert colour not in told
    assert told[cloud.environment()["AWS_SECRET_ACCESS_KEY"]] == "environment:AWS_SECRET_ACCESS_KEY"
    assert calls[0].parameters == {"SecretId": "shop/db"}
    assert calls[0].result["Name"] == "shop/db"


def test_buses_streams_pools_and_machines_answer(child: Child) -> None:
    shown, calls = child(
        f"""
        events = boto3.client("events").put_events(Entries=[{{
            "Source": "s", "DetailType": "t", "Detail": "{{}}", "EventBusName": "shop-bus"}}])
        show(events["FailedEntryCount"])
        kinesis = boto3.client("kinesis")
        show(kinesis.put_record(StreamName="clicks", Data=b"x", PartitionKey="p")["ShardId"])
        pool = boto3.client("cognito-idp").describe_user_pool(UserPoolId="{REGION}_Abc123")
        show(pool["UserPool"]["Id"])
        machine = "arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:flow"
        show("executionArn" in boto3.client("stepfunctions").start_execution(
            stateMachineArn=machine, input="{{}}"))
        show(boto3.client("sts").get_caller_identity()["Account"])
        """
    )
    assert shown == [0, "shardId-000000000000", f"{REGION}_Abc123", True, ACCOUNT]
    assert operations(calls) == [
        "events.PutEvents",
        "kinesis.PutRecord",
        "cognito-idp.DescribeUserPool",
        "stepfunctions.StartExecution",
        "sts.GetCallerIdentity",
    ]


def test_what_cannot_be_made_is_told(cloud: LocalCloud) -> None:
    assert {line.split()[0] for line in cloud.skipped} == {"Network", "Broken"}


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ('boto3.client("s3").get_object(Bucket="shop-uploads", Key="none")', "NoSuchKey"),
        (
            'boto3.client("dynamodb").get_item(TableName="none", Key={"a": {"S": "b"}})',
            "ResourceNotFoundException",
        ),
        ('boto3.client("sns").publish(TopicArn="arn:aws:sns:eu-west-1:1:x", Message="m")', ""),
        ('boto3.client("rekognition").detect_faces(Image={"Bytes": b"x"})', "NotImplemented"),
        ('boto3.client("frauddetector").get_detectors()', "NotImplemented"),
        ('boto3.client("lambda").invoke(FunctionName="none")', "ResourceNotFoundException"),
    ],
)
def test_an_error_reaches_the_caller_at_once_and_is_recorded(
    child: Child, script: str, error: str
) -> None:
    shown, calls = child(
        f"""
        try:
            {script}
        except ClientError as refusal:
            show(refusal.response["Error"]["Code"])
        """
    )
    assert len(calls) == 1
    assert shown == [calls[0].error]
    assert calls[0].status >= 400
    assert error in shown[0]


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
