"""The services that functions commonly call, for the resources of a small SAM template."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from harness.discovery import discover
from harness.model import Application, AwsCall
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import make_decoys

Child = Callable[[str], tuple[list[Any], tuple[AwsCall, ...]]]

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, Handler: app.handler, CodeUri: src/}
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Named}
  Worker:
    Type: AWS::Serverless::Function
  Named:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: shop-billing}
  Key:
    Type: AWS::KMS::Key
    Properties: {Description: of the shop}
  KeyAlias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: alias/shop, TargetKeyId: !Ref Key}
  Clicks:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      DeliveryStreamName: clicks
      ExtendedS3DestinationConfiguration:
        BucketARN: !GetAtt Archive.Arn
        RoleARN: arn:aws:iam::123456789012:role/r
        Prefix: clicks/
  Elsewhere:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      DeliveryStreamName: Else_where
      HttpEndpointDestinationConfiguration: {EndpointConfiguration: {Url: "https://example.com"}}
  Archive:
    Type: AWS::S3::Bucket
    Properties: {BucketName: shop-archive}
  Welcome:
    Type: AWS::SES::Template
    Properties:
      Template: {TemplateName: welcome, SubjectPart: "Hello {{name}}", TextPart: "Hi"}
  Sender:
    Type: AWS::SES::EmailIdentity
    Properties: {EmailIdentity: example.com}
  Settings:
    Type: AWS::SES::ConfigurationSet
    Properties: {Name: mails}
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: shop}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties: {Name: flow, Type: EXPRESS, Definition: {StartAt: A, States: {A: {Type: Succeed}}}}
  Colour:
    Type: AWS::SSM::Parameter
    Properties: {Name: /shop/colour, Type: String, Value: blue}
  Password:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: shop/db, GenerateSecretString: {}}
  Events:
    Type: AWS::Kinesis::Stream
    Properties: {Name: events, ShardCount: 1}
  News:
    Type: AWS::SNS::Topic
    Properties: {TopicName: news}
  Audit:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /shop/audit}
  Everywhere:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      TableName: everywhere
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      Replicas: [{Region: us-east-1}]
"""


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    folder: Path = tmp_path_factory.mktemp("shop")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def handler(event, context): ...\n")
    (folder / "template.yaml").write_text(TEMPLATE)
    return discover(folder)


@pytest.fixture(scope="module")
def started(application: Application) -> Iterator[LocalCloud]:
    cloud = LocalCloud(application, decoys=make_decoys(Random(1)))
    cloud.start()
    yield cloud
    cloud.stop()


def told(calls: tuple[AwsCall, ...]) -> list[tuple[str, str, int]]:
    return [(call.service, call.operation, call.status) for call in calls]


def arn(application: Application, service: str, name: str) -> str:
    return f"arn:aws:{service}:{application.region}:{application.account}:{name}"


def test_every_resource_is_there_and_can_be_put_back(started: LocalCloud) -> None:
    assert started.skipped == ()


@pytest.mark.parametrize(
    "name",
    ["Worker", "Worker:live", "123456789012:function:Worker", "shop-billing", "ARN", "ARN:3"],
)
def test_a_function_of_the_application_is_invoked_and_runs_nothing(
    application: Application, child: Child, name: str
) -> None:
    name = name.replace("ARN", arn(application, "lambda", "function:Worker"))
    shown, calls = child(
        f"""
        client = boto3.client("lambda")
        event = json.dumps({{"order": "1", "FunctionName": "other"}})
        for kind in ("RequestResponse", "Event", "DryRun"):
            got = client.invoke(FunctionName="{name}", InvocationType=kind, Payload=event)
            show([got["StatusCode"], got["Payload"].read().decode(), got.get("FunctionError")])
        show(client.invoke_async(FunctionName="Worker", InvokeArgs=event)["Status"])
        """
    )
    assert shown == [[200, "{}", None], [202, "", None], [204, "", None], 202]
    assert told(calls[:3]) == [("lambda", "Invoke", status) for status in (200, 202, 204)]
    assert told(calls[3:]) == [("lambda", "InvokeAsync", 202)]
    assert calls[0].parameters["FunctionName"] == name
    assert calls[0].parameters["Payload"] == '{"order": "1", "FunctionName": "other"}'
    assert "order" not in calls[0].parameters
    assert calls[1].parameters["InvocationType"] == "Event"
    assert calls[1].mutating


def test_other_functions_and_payloads_are_refused(child: Child) -> None:
    shown, _ = child(
        """
        for name, payload in (("stranger", "{}"), ("Worker", "{")):
            try:
                boto3.client("lambda").invoke(FunctionName=name, Payload=payload)
            except ClientError as error:
                show(error.response["Error"]["Code"])
        """
    )
    assert shown == ["ResourceNotFoundException", "InvalidRequestContentException"]


def test_mail_is_sent_from_any_address_by_both_versions(child: Child) -> None:
    shown, calls = child(
        """
        to = {"ToAddresses": ["you@example.org"]}
        text = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
        raw = b"From: me@shop.test\\r\\nTo: you@example.org\\r\\nSubject: s\\r\\n\\r\\nhello"
        ses, newer = boto3.client("ses"), boto3.client("sesv2")
        sent = [
            ses.send_email(Source="Me <me@shop.test>", Destination=to, Message=text),
            ses.send_raw_email(RawMessage={"Data": raw}),
            ses.send_templated_email(
                Source="me@shop.test", Destination=to, Template="welcome", TemplateData="{}"),
            newer.send_email(FromEmailAddress="me@shop.test", Destination=to,
                             Content={"Simple": text}, ConfigurationSetName="mails"),
            newer.send_email(Content={"Raw": {"Data": raw}}),
            newer.send_email(FromEmailAddress="me@shop.test", Destination=to, Content={
                "Template": {"TemplateName": "welcome", "TemplateData": "{}"}}),
        ]
        show([len(answer["MessageId"]) > 20 for answer in sent])
        show(ses.get_send_quota()["SentLast24Hours"])
        try:
            newer.send_email(FromEmailAddress="me@shop.test", Destination=to, Content={
                "Template": {"TemplateName": "none", "TemplateData": "{}"}})
        except ClientError as error:
            show("TemplateDoesNotExist" in error.response["Error"]["Code"])
        """
    )
    assert shown == [[True] * 6, 6, True]
    assert [call.operation for call in calls[:6]] == [
        "SendEmail",
        "SendRawEmail",
        "SendTemplatedEmail",
        *["SendEmail"] * 3,
    ]
    first, raw, _, simple, newer_raw, template = (call.parameters for call in calls[:6])
    assert first["Destination"] == {"ToAddresses": ["you@example.org"]}
    assert first["Message"]["Subject"] == {"Data": "s"}
    assert raw["RawMessage"]["Data"].startswith("From: me@shop.test\r\nTo:")
    assert simple["Content"]["Simple"]["Subject"] == {"Data": "s"}
    assert newer_raw["Content"]["Raw"]["Data"].endswith("hello")
    assert template["Content"]["Template"]["TemplateName"] == "welcome"


def test_what_one_service_writes_into_another_is_undone(cloud: LocalCloud, child: Child) -> None:
    script = """
        raw = {"Raw": {"Data": b"From: a@b.c\\nTo: d@e.f\\n\\nx"}}
        boto3.client("sesv2").send_email(Content=raw)
        boto3.client("firehose").put_record(DeliveryStreamName="clicks", Record={"Data": b"x"})
        show([boto3.client("ses").get_send_quota()["SentLast24Hours"],
              boto3.client("s3").list_objects_v2(Bucket="shop-archive")["KeyCount"]])
        """
    for _ in range(2):
        assert child(script)[0] == [[1, 1]]
        cloud.restore()


def test_what_is_encrypted_is_decrypted(application: Application, child: Child) -> None:
    (key,) = (r for r in application.resources if r.kind == "AWS::KMS::Key")
    shown, calls = child(
        f"""
        kms = boto3.client("kms")
        for name in ("alias/shop", "{key.physical}", "{key.arn}"):
            sealed = kms.encrypt(KeyId=name, Plaintext=b"secret", EncryptionContext={{"a": "b"}})
            plain = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"],
                                EncryptionContext={{"a": "b"}})
            show([plain["Plaintext"].decode(), plain["KeyId"]])
        made = kms.generate_data_key(KeyId="alias/shop", KeySpec="AES_256")
        show(kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"])
        """
    )
    assert shown == [["secret", key.arn]] * 3 + [True]
    assert [call.operation for call in calls[:2]] == ["Encrypt", "Decrypt"]
    assert calls[0].parameters["Plaintext"] == "secret"
    assert not any(call.mutating for call in calls)


def test_what_is_delivered_becomes_an_object(child: Child) -> None:
    shown, calls = child(
        """
        firehose, s3 = boto3.client("firehose"), boto3.client("s3")
        firehose.put_record(DeliveryStreamName="clicks", Record={"Data": b"one"})
        got = firehose.put_record_batch(
            DeliveryStreamName="Else_where", Records=[{"Data": b"two"}, {"Data": b"three"}])
        show(got["FailedPutCount"])
        show([o["Key"].split("/")[0] for o in
              s3.list_objects_v2(Bucket="shop-archive")["Contents"]])
        """
    )
    assert shown == [0, ["clicks"]]
    assert told(calls)[:2] == [("firehose", "PutRecord", 200), ("firehose", "PutRecordBatch", 200)]
    assert calls[0].parameters["Record"] == {"Data": "one"}
    assert [record["Data"] for record in calls[1].parameters["Records"]] == ["two", "three"]


CALLS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        'events").put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}", '
        '"EventBusName": "shop"}])["FailedEntryCount"] == 0',
        "events",
        "PutEvents",
        {
            "Entries": [
                {"Source": "s", "DetailType": "t", "Detail": "{}", "EventBusName": "shop"},
            ]
        },
    ),
    (
        'stepfunctions").start_execution(stateMachineArn="arn:aws:states:us-east-1:123456789012:'
        'stateMachine:flow", input="{}")["executionArn"] != ""',
        "stepfunctions",
        "StartExecution",
        {"input": "{}"},
    ),
    (
        'stepfunctions").start_sync_execution(stateMachineArn="arn:aws:states:us-east-1:'
        '123456789012:stateMachine:flow", input="{}")["status"] == "SUCCEEDED"',
        "stepfunctions",
        "StartSyncExecution",
        {"input": "{}"},
    ),
    (
        'ssm").get_parameter(Name="/shop/colour")["Parameter"]["Value"] == "blue"',
        "ssm",
        "GetParameter",
        {"Name": "/shop/colour"},
    ),
    (
        'secretsmanager").get_secret_value(SecretId="shop/db")["SecretString"] != ""',
        "secretsmanager",
        "GetSecretValue",
        {"SecretId": "shop/db"},
    ),
    (
        'kinesis").put_records(StreamName="events", Records=[{"Data": b"x", "PartitionKey": "p"}])'
        '["FailedRecordCount"] == 0',
        "kinesis",
        "PutRecords",
        {"StreamName": "events", "Records": [{"Data": "x", "PartitionKey": "p"}]},
    ),
    (
        'sns").publish(TopicArn="arn:aws:sns:us-east-1:123456789012:news", Message="m")'
        '["MessageId"] != ""',
        "sns",
        "Publish",
        {"Message": "m", "TopicArn": "arn:aws:sns:us-east-1:123456789012:news"},
    ),
    (
        'logs").create_log_stream(logGroupName="/shop/audit", logStreamName="s") != {}',
        "logs",
        "CreateLogStream",
        {"logGroupName": "/shop/audit", "logStreamName": "s"},
    ),
    (
        'dynamodb").scan(TableName="everywhere")["Count"] == 3',
        "dynamodb",
        "Scan",
        {"TableName": "everywhere"},
    ),
)


@pytest.mark.parametrize(("script", "service", "operation", "parameters"), CALLS)
def test_a_call_is_answered_and_recorded(
    child: Child, script: str, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    shown, calls = child(textwrap.dedent(f'show(boto3.client("{script})'))
    assert shown == [True]
    assert told(calls) == [(service, operation, 200)]
    assert parameters.items() <= calls[0].parameters.items()
