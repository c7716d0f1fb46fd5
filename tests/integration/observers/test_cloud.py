"""The local cloud, called over the wire by boto3 in a process of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.model import AwsCall
from harness.observers.cloud import LocalCloud

ACCOUNT = "123456789012"
REGION = "eu-west-1"

Child = Callable[[str], tuple[list[Any], tuple[AwsCall, ...]]]


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


def test_a_stored_text_that_asks_for_an_action_is_only_a_text(child: Child) -> None:
    shown, calls = child(
        """
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        text = "x&Action=DeleteTable&TableName=orders&"
        dynamodb.put_item(TableName="orders", Item={"orderId": {"S": text}})
        s3.put_object(Bucket="shop-uploads", Key="k", Body=text.encode())
        show(dynamodb.scan(TableName="orders")["Count"])
        """
    )
    assert shown == [4]
    assert operations(calls) == ["dynamodb.PutItem", "s3.PutObject", "dynamodb.Scan"]
    assert [call.mutating for call in calls] == [True, True, False]


def test_a_compressed_request_is_understood(child: Child) -> None:
    shown, calls = child(
        """
        metrics = boto3.client("cloudwatch")
        metrics.put_metric_data(Namespace="shop", MetricData=[
            {"MetricName": f"{'m' * 100}{n}", "Value": n} for n in range(200)])
        show(len(metrics.list_metrics(Namespace="shop")["Metrics"]))
        """
    )
    assert shown == [200]
    assert operations(calls) == ["cloudwatch.PutMetricData", "cloudwatch.ListMetrics"]
    assert calls[0].parameters["Namespace"] == "shop"
