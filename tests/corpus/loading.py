"""The corpora as applications: one SAM template of every pair, `<name>` and `<name>Twin`."""

from pathlib import Path
from typing import Any

import yaml

CORPUS = Path(__file__).parent
RESOURCES = {
    "Uploads": {"Type": "AWS::S3::Bucket"},
    "Thumbnails": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "thumbnails"}},
    "Reports": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "reports"}},
    "Jobs": {"Type": "AWS::SQS::Queue"},
    "Members": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
    "OrdersIn": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders-in"}},
    "Notices": {"Type": "AWS::SNS::Topic"},
    "Readings": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}},
    "Database": {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"Name": "shop/database", "SecretString": "kd83-Sdk2-pwJ4-0a"},
    },
    "ApiKey": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/shop/api-key", "Type": "String", "Value": "k-93kdU2x-8812jd"},
    },
    "MembersKept": {
        "Type": "AWS::Serverless::SimpleTable",
        "Properties": {"TableName": "members", "PrimaryKey": {"Name": "mail", "Type": "String"}},
    },
    "Devices": {"Type": "AWS::Serverless::SimpleTable", "Properties": {"TableName": "devices"}},
    "Diary": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "diary",
            "AttributeDefinitions": [
                {"AttributeName": "customer", "AttributeType": "S"},
                {"AttributeName": "written", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "customer", "KeyType": "HASH"},
                {"AttributeName": "written", "KeyType": "RANGE"},
            ],
        },
    },
    "Letters": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "letters",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        },
    },
}


def cases(corpus: str) -> list[dict[str, Any]]:
    """The pairs of one corpus (a folder with cases.yaml and src/)."""
    loaded: list[dict[str, Any]] = yaml.safe_load((CORPUS / corpus / "cases.yaml").read_text())
    return loaded


def source(case: dict[str, Any]) -> str:
    """The folder that holds the pair's module: each language has packages of its own."""
    return "node" if case.get("runtime", "").startswith("nodejs") else "src"


def template(corpus: str, rule: str | None = None) -> dict[str, Any]:
    """A SAM template (JSON) with two functions a case, of one rule or all."""
    functions = {}
    for case in cases(corpus):
        if rule not in (None, case["rule"]):
            continue
        for name, handler in ((case["name"], "vulnerable"), (case["name"] + "Twin", "safe")):
            functions[name] = {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": case.get("runtime", "python3.11"),
                    "CodeUri": str(CORPUS / corpus / source(case)),
                    "Handler": f"{case['module']}.{handler}",
                    "Timeout": 2,
                    "MemorySize": 256,
                    "Environment": {"Variables": {"DB_PASSWORD": "zK93-kd02-Qw8e-11"}},
                    "Events": case["events"],
                },
            }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {**RESOURCES, **functions},
    }
