"""Chains: a payload that a function passes on and another one obeys; its safe twin stays silent."""

import json
from pathlib import Path
from typing import Any

from harness.campaign.config import RunConfig
from harness.campaign.engine import run_campaign
from harness.campaign.replay import Replayed, replay
from harness.campaign.store import Store
from harness.cli.loading import load_application, load_catalogue
from harness.model import CampaignReport

APP = """
import json, os, subprocess
import boto3

sqs, dynamodb, events = (boto3.client(n) for n in ("sqs", "dynamodb", "events"))


def order(event, context):
    body = json.loads(event["body"])
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps({"label": body["label"]}))
    return {"statusCode": 202, "body": "{}"}


def keep(event, context):
    for record in event["Records"]:
        label = json.loads(record["body"])["label"]
        item = {"id": {"S": "1"}, "label": {"S": label}}
        dynamodb.put_item(TableName=os.environ["TABLE"], Item=item)


def stamp(event, context):
    for record in event["Records"]:
        subprocess.run("true " + record["dynamodb"]["NewImage"]["label"]["S"], shell=True)


def stamp_safely(event, context):
    for record in event["Records"]:
        label = record["dynamodb"]["NewImage"]["label"]["S"]
        subprocess.run(["true", "--", label.replace("\\0", "")])


def echo(event, context):
    for record in event["Records"]:
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=record["body"])
"""


def application(stamp: str) -> dict[str, Any]:
    queue = {"Fn::GetAtt": ["Labels", "Arn"]}
    handlers = {
        "Order": ("order", {"Type": "HttpApi", "Properties": {"Path": "/o", "Method": "post"}}),
        "Keep": ("keep", {"Type": "SQS", "Properties": {"Queue": queue}}),
        "Stamp": (
            stamp,
            {
                "Type": "DynamoDB",
                "Properties": {
                    "Stream": {"Fn::GetAtt": ["Kept", "StreamArn"]},
                    "StartingPosition": "LATEST",
                },
            },
        ),
        "Echo": (
            "echo",
            {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Loop", "Arn"]}}},
        ),
    }
    functions = {
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.11",
                "CodeUri": "src",
                "Handler": f"app.{handler}",
                "Environment": {
                    "Variables": {
                        "QUEUE": {"Ref": "Loop" if name == "Echo" else "Labels"},
                        "TABLE": {"Ref": "Kept"},
                    }
                },
                "Events": {"In": event},
            },
        }
        for name, (handler, event) in handlers.items()
    }
    table = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Labels": {"Type": "AWS::SQS::Queue"},
            "Loop": {"Type": "AWS::SQS::Queue"},
            "Kept": {"Type": "AWS::DynamoDB::Table", "Properties": table},
            **functions,
        },
    }


def run(folder: Path, stamp: str, *functions: str) -> tuple[CampaignReport, RunConfig]:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.py").write_text(APP)
    (folder / "template.json").write_text(json.dumps(application(stamp)))
    config = RunConfig(
        source=folder / "template.json",
        out=folder / "out",
        functions=functions,
        rules=("os-command-injection",),
        workers=1,
        seed=1,
    )
    catalogue = load_catalogue(None, None)
    found = load_application(config.source, catalogue, {})
    with Store(config.out / "campaign.db") as store:
        store.begin("chains", config, found.name, {})
        return run_campaign(config, found, catalogue, store, lambda _: None), config


def test_a_payload_is_followed_through_a_queue_and_a_table(tmp_path: Path) -> None:
    report, config = run(tmp_path, "stamp", "Order")
    (finding,) = report.findings
    assert (finding.rule, finding.function) == ("os-command-injection", "Stamp")
    assert finding.confidence == "confirmed"
    assert finding.trigger == "aws.apigateway.http"
    assert finding.insertion_point == "/body!json/label"
    assert [(hop.function, hop.trigger, hop.via) for hop in finding.path] == [
        ("Order", "aws.apigateway.http", ""),
        ("Keep", "aws.sqs.message", "aws:sqs.SendMessage"),
        ("Stamp", "aws.dynamodb.stream", "aws:dynamodb.PutItem"),
    ]
    assert finding.sink is not None
    assert finding.sink.function == "stamp"
    catalogue = load_catalogue(None, None)
    again = replay(finding, config, load_application(config.source, catalogue, {}), catalogue)
    assert again.result is Replayed.FAILED, again.told


def test_a_chain_that_ends_in_a_safe_function_is_silent(tmp_path: Path) -> None:
    report, _ = run(tmp_path, "stamp_safely", "Order")
    assert report.findings == ()
    assert all(function.tested for function in report.functions)


def test_a_function_that_feeds_itself_is_followed_no_further_than_once(tmp_path: Path) -> None:
    report, _ = run(tmp_path, "stamp_safely", "Echo")
    assert report.findings == ()
