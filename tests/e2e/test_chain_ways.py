"""Every way from one function to the next: each is followed to the end that obeys a payload."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.campaigns import findings_of

APP = """
import json, os, subprocess
import boto3

names = ("dynamodb", "firehose", "stepfunctions", "s3")
dynamodb, firehose, states, s3 = (boto3.client(n) for n in names)
ITEM = lambda label: {"id": {"S": "1"}, "label": {"S": label}}


def by_update(label):
    dynamodb.update_item(
        TableName=os.environ["TO"], Key={"id": {"S": "1"}}, UpdateExpression="SET label = :l",
        ExpressionAttributeValues={":l": {"S": label}})

def by_batch(label):
    put = {"PutRequest": {"Item": ITEM(label)}}
    dynamodb.batch_write_item(RequestItems={os.environ["TO"]: [put]})

def by_transaction(label):
    put = {"TableName": os.environ["TO"], "Item": ITEM(label)}
    dynamodb.transact_write_items(TransactItems=[{"Put": put}])

def by_firehose(label):
    record = {"Data": json.dumps({"label": label}).encode()}
    firehose.put_record(DeliveryStreamName=os.environ["TO"], Record=record)

def by_machine(label):
    states.start_execution(stateMachineArn=os.environ["TO"], input=json.dumps({"label": label}))

def by_object(label):
    s3.put_object(Bucket=os.environ["TO"], Key="in/1", Body=json.dumps({"label": label}).encode())

def by_log(label):
    print("label " + json.dumps(label))

def enter(event, context):
    globals()[os.environ["BY"]](json.loads(event["body"])["label"])
    return {"statusCode": 202, "body": "{}"}
"""
ENDS = """
import base64, gzip, json, subprocess
import boto3

def stamp(label):
    subprocess.run("true " + label, shell=True)

def rows(event, context):
    for record in event["Records"]:
        stamp(record["dynamodb"]["NewImage"]["label"]["S"])

def delivered(event, context):
    for record in event["records"]:
        stamp(json.loads(base64.b64decode(record["data"]))["label"])
    return {"records": []}

def begun(event, context):
    stamp(event["label"])

def stored(event, context):
    for place in (record["s3"] for record in event["Records"]):
        bucket, key = place["bucket"]["name"], place["object"]["key"]
        kept = boto3.client("s3").get_object(Bucket=bucket, Key=key)
        stamp(json.loads(kept["Body"].read())["label"])

def logged(event, context):
    told = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    for line in told["logEvents"]:
        if line["message"].startswith("label "):
            stamp(json.loads(line["message"][6:]))
"""
WAYS = {
    "Update": ("rows", "aws.dynamodb.stream", "aws:dynamodb.UpdateItem"),
    "Batch": ("rows", "aws.dynamodb.stream", "aws:dynamodb.BatchWriteItem"),
    "Transaction": ("rows", "aws.dynamodb.stream", "aws:dynamodb.TransactWriteItems"),
    "Firehose": ("delivered", "aws.firehose.transformation", "aws:firehose.PutRecord"),
    "Machine": ("begun", "aws.lambda.direct-invoke", "aws:stepfunctions.StartExecution"),
    "Object": ("stored", "aws.s3.object-created", "aws:s3.PutObject"),
    "Log": ("logged", "aws.logs.subscription", "aws:logs.PutLogEvents"),
}


def function(handler: str, **properties: Any) -> dict[str, Any]:
    properties = {"Runtime": "python3.11", "CodeUri": "src", "Handler": handler, **properties}
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def application() -> dict[str, Any]:
    table = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    }
    arn = {name: {"Fn::GetAtt": [f"{name}End", "Arn"]} for name in WAYS}
    first = {
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Resource": arn["Machine"], "End": True}},
    }
    lambda_processor = {
        "Type": "Lambda",
        "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": arn["Firehose"]}],
    }
    resources: dict[str, Any] = {
        "FirehoseTo": {
            "Type": "AWS::KinesisFirehose::DeliveryStream",
            "Properties": {
                "ExtendedS3DestinationConfiguration": {
                    "BucketARN": "arn:aws:s3:::readings",
                    "RoleARN": "arn:aws:iam::123456789012:role/r",
                    "ProcessingConfiguration": {"Enabled": True, "Processors": [lambda_processor]},
                }
            },
        },
        "MachineTo": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"Definition": first, "Role": "arn:aws:iam::123456789012:role/r"},
        },
        "LogTo": {
            "Type": "AWS::Logs::SubscriptionFilter",
            "Properties": {
                "DestinationArn": arn["Log"],
                "FilterPattern": "",
                "LogGroupName": {"Fn::Sub": "/aws/lambda/${Log}"},
            },
        },
    }
    for name, (end, trigger, _) in WAYS.items():
        variables: dict[str, Any] = {"BY": f"by_{name.lower()}"}
        if name != "Log":
            variables["TO"] = {"Ref": f"{name}To"}
        http = {"Type": "HttpApi", "Properties": {"Path": f"/{name}", "Method": "post"}}
        resources[name] = function(
            "app.enter", Environment={"Variables": variables}, Events={"In": http}
        )
        resources[f"{name}End"] = function(f"ends.{end}")
        if trigger == "aws.dynamodb.stream":
            resources[f"{name}To"] = {"Type": "AWS::DynamoDB::Table", "Properties": table}
            stream = {"Fn::GetAtt": [f"{name}To", "StreamArn"]}
            event = {
                "Type": "DynamoDB",
                "Properties": {"Stream": stream, "StartingPosition": "LATEST"},
            }
            resources[f"{name}End"]["Properties"]["Events"] = {"In": event}
        if trigger.startswith("aws.s3."):
            resources[f"{name}To"] = {"Type": "AWS::S3::Bucket"}
            where = {"Bucket": {"Ref": f"{name}To"}, "Events": "s3:ObjectCreated:*"}
            resources[f"{name}End"]["Properties"]["Events"] = {
                "In": {"Type": "S3", "Properties": where}
            }
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}


def test_a_payload_is_followed_on_every_way(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(APP)
    (tmp_path / "src" / "ends.py").write_text(ENDS)
    source = tmp_path / "template.json"
    source.write_text(json.dumps(application()))
    told = findings_of(
        source,
        tmp_path / "out",
        rules=["os-command-injection"],
        functions=list(WAYS),
        max_invocations=120,
    )
    found = {
        f["path"][0]["function"]: (f["function"], f["path"][-1]["trigger"], f["path"][-1]["via"])
        for f in told["findings"]
        if f["confidence"] == "confirmed"
    }
    assert found == {name: (f"{name}End", *way[1:]) for name, way in WAYS.items()}
