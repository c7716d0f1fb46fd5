"""Events that are caused at their front door: the cloud calls the function, its log tells."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.deployed.journal import NAME as JOURNAL
from harness.deployed.journal import Journal
from harness.model import Application, Canary, Function, Outcome, Status, Trigger
from harness.targets.aws import PROVIDER
from harness.targets.base import Setup
from tests.integration.aws.account import ACCOUNT, REGION, Account

TOKEN = Canary.make(1, 1).token
LISTEN = """
def handler(event, context):
    print("was told", event)
    if "fail" in str(event):
        raise ValueError("told to fail")
"""
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:door"


def record(**parts: Any) -> dict[str, Any]:
    return {"Records": [parts]}


EVENTS: dict[str, dict[str, Any]] = {
    "aws.s3.object-created": record(s3={"object": {"key": f"in/a+b{TOKEN}.txt"}}),
    "aws.sqs.message": record(body=f"a {TOKEN}"),
    "aws.sns.message": record(Sns={"Message": f"a {TOKEN}", "Subject": "b"}),
    "aws.eventbridge.event": {"source": "shop", "detail-type": "Paid", "detail": {"id": TOKEN}},
    "aws.kinesis.record": record(
        kinesis={"data": base64.b64encode(TOKEN.encode()).decode(), "partitionKey": f"p{TOKEN}"}
    ),
    "aws.dynamodb.stream": record(
        dynamodb={"Keys": {"id": {"S": "a1"}}, "NewImage": {"text": {"S": TOKEN}}}
    ),
}


@pytest.fixture(scope="module")
def facts(shop: Account) -> dict[str, str]:
    shop.function("shop-listen", LISTEN)
    shop.client("s3").create_bucket(
        Bucket="door-uploads", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    shop.client("sns").create_topic(Name="door")
    shop.client("kinesis").create_stream(StreamName="door", ShardCount=1)
    shop.client("dynamodb").create_table(
        TableName="door",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    url = shop.client("sqs").create_queue(QueueName="door")["QueueUrl"]
    return {
        "bucket": "door-uploads",
        "queue_name": "door",
        "queue_url": url,
        "topic_arn": TOPIC,
        "stream": "door",
        "table": "door",
    }


@contextmanager
def door(scope: dict[str, Any], out: Path) -> Iterator[Any]:
    function = Function(name="shop-listen", runtime="python3.11", handler="app.handler", code=None)
    application = Application(name="a", source=Path("aws://eu-west-1"), functions=(function,))
    options = {**scope, "door": "front"}
    setup = PROVIDER.check(Setup(application=application, options=options, out=out))
    with PROVIDER.open(setup) as targets:
        yield targets.of(setup.application.functions[0], environment={})


@pytest.fixture
def delivering(shop: Account) -> Iterator[list[str]]:
    """The cloud calls the function with whatever a service was sent; the calls so far."""
    calls: list[str] = []
    wanted = ("PUT /door-uploads/", "SendMessage", "PutEvents", "PutRecord", "PutItem")

    def deliver(call: str, body: bytes) -> None:
        if call.startswith("Logs_"):
            return
        if any(part in call for part in wanted) or body.startswith(b"Action=Publish"):
            calls.append(call)
            told = body.decode("utf-8", "replace") + call
            if "Kinesis" in call:
                told = base64.b64decode(json.loads(body)["Data"]).decode()
            shop.invoke("shop-listen", {"told": told})

    shop.deliver = deliver
    yield calls
    shop.deliver = lambda _call, _body: None


def sent(target: Any, template: str, event: Any, facts: dict[str, str]) -> Outcome:
    trigger = Trigger(template=template, facts=facts)
    outcome: Outcome = target.invoke(json.dumps(event).encode(), trigger=trigger)
    return outcome


def test_each_door_makes_the_function_run_and_nothing_of_it_stays(
    scope: dict[str, Any],
    tmp_path: Path,
    shop: Account,
    facts: dict[str, str],
    delivering: list[str],
) -> None:
    with door(scope, tmp_path) as target:
        ids = set()
        for template, event in EVENTS.items():
            shop.late = 2
            outcome = sent(target, template, event, facts)
            assert outcome.status is Status.OK, template
            assert TOKEN in outcome.logs, template
            ids.add(outcome.request_id)
        assert len(ids) == len(delivering) == len(EVENTS)
        failed = sent(target, "aws.sqs.message", record(body=f"fail {TOKEN}f"), facts)
    assert shop.client("s3").list_objects_v2(Bucket="door-uploads")["KeyCount"] == 0
    assert shop.client("dynamodb").scan(TableName="door")["Count"] == 0
    assert list(Journal(tmp_path).left()) == []
    assert len((tmp_path / JOURNAL).read_text().splitlines()) == 4
    assert failed.request_id not in ids


def test_what_was_there_is_left_alone(
    scope: dict[str, Any], tmp_path: Path, shop: Account, facts: dict[str, str]
) -> None:
    key = f"in/a b{TOKEN}.txt"
    shop.client("s3").put_object(Bucket="door-uploads", Key=key, Body=b"precious")
    with door(scope, tmp_path) as target:
        outcome = sent(target, "aws.s3.object-created", EVENTS["aws.s3.object-created"], facts)
    assert outcome.error is not None
    assert "left alone" in outcome.error.message
    kept = shop.client("s3").get_object(Bucket="door-uploads", Key=key)["Body"].read()
    assert kept == b"precious"


def test_a_field_that_no_sender_writes_is_not_sent(
    scope: dict[str, Any], tmp_path: Path, facts: dict[str, str], delivering: list[str]
) -> None:
    with door(scope, tmp_path) as target:
        for event in (
            record(body="a", awsRegion=TOKEN),
            {"Records": [{"body": TOKEN}, {"body": "b"}]},
            {"body": TOKEN},
        ):
            assert sent(target, "aws.sqs.message", event, facts).status is Status.TOO_LARGE
    assert delivering == []
