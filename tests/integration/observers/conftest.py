"""A shop in the local cloud, and processes that call it with boto3."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
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
