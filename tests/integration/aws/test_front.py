"""Events that are caused at their front door: the cloud calls the function, its log tells."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

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

# Those that were sent, as they went out.
mails: list[str] = []


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
    "aws.firehose.transformation": {
        "records": [{"recordId": "1", "data": base64.b64encode(TOKEN.encode()).decode()}]
    },
    "aws.iot.rule": {"message": f"a {TOKEN}", "at": 1775738096000},
    "aws.cognito.pre-sign-up": {
        "userName": f"u{TOKEN}",
        "request": {
            "userAttributes": {"email": "ada@example.com"},
            "validationData": {"note": TOKEN},
            "clientMetadata": None,
        },
    },
    "aws.ses.receipt": record(
        ses={
            "mail": {
                "headers": [{"name": "To", "value": "a@b"}, {"name": "X-Note", "value": TOKEN}],
                "commonHeaders": {"from": [f"Ada {TOKEN} <a@b>"], "subject": f"About {TOKEN}"},
            }
        }
    ),
}


@pytest.fixture(scope="module")
def facts(shop: Account) -> dict[str, str]:
    shop.function("shop-listen", LISTEN)
    for bucket in ("door-uploads", "door-lake"):
        shop.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    shop.client("sns").create_topic(Name="door")
    shop.client("kinesis").create_stream(StreamName="door", ShardCount=1)
    shop.client("dynamodb").create_table(
        TableName="door",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shop.client("firehose").create_delivery_stream(
        DeliveryStreamName="door",
        ExtendedS3DestinationConfiguration={
            "RoleARN": shop.role,
            "BucketARN": "arn:aws:s3:::door-lake",
        },
    )
    users = shop.client("cognito-idp")
    pool = users.create_user_pool(PoolName="door")["UserPool"]["Id"]
    users.create_user_pool_client(UserPoolId=pool, ClientName="c", GenerateSecret=True)
    shop.client("ses").verify_email_identity(EmailAddress="tests@example.com")
    url = shop.client("sqs").create_queue(QueueName="door")["QueueUrl"]
    return {
        "bucket": "door-uploads",
        "queue_name": "door",
        "queue_url": url,
        "topic_arn": TOPIC,
        "stream": "door",
        "table": "door",
        "origin": "door",
        "sql": "SELECT *, timestamp() AS at FROM 'doors/+/rings'",
        "user_pool": pool,
        "recipient": "inbox@example.org",
    }


@contextmanager
def door(scope: dict[str, Any], out: Path) -> Iterator[Any]:
    function = Function(name="shop-listen", runtime="python3.11", handler="app.handler", code=None)
    application = Application(name="a", source=Path("aws://eu-west-1"), functions=(function,))
    options = {**scope, "door": "front", "mail_from": "tests@example.com"}
    setup = PROVIDER.check(Setup(application=application, options=options, out=out))
    with PROVIDER.open(setup) as targets:
        yield targets.of(setup.application.functions[0], environment={})


@pytest.fixture
def delivering(shop: Account) -> Iterator[list[str]]:
    """The cloud calls the function with whatever a service was sent; the calls so far."""
    calls: list[str] = []
    mails.clear()
    wanted = (
        *("PUT /door-uploads/", "SendMessage", "PutEvents", "PutRecord", "PutItem"),
        *(".SignUp", "POST /topics/doors/sample/rings"),
    )

    def deliver(call: str, body: bytes) -> None:
        if call.startswith("Logs_"):
            return
        form = parse_qs(body.decode("utf-8", "replace"))
        action = form.get("Action", [""])[0]
        if any(part in call for part in wanted) or action in ("Publish", "SendRawEmail"):
            calls.append(call)
            told = body.decode("utf-8", "replace") + call
            if "Kinesis" in call:
                told = base64.b64decode(json.loads(body)["Data"]).decode()
            elif "Firehose" in call:
                told = base64.b64decode(json.loads(body)["Record"]["Data"]).decode()
            elif action == "SendRawEmail":
                told = base64.b64decode(form["RawMessage.Data"][0]).decode()
                mails.append(told)
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
    assert len((tmp_path / JOURNAL).read_text().splitlines()) == 6
    assert shop.client("cognito-idp").list_users(UserPoolId=facts["user_pool"])["Users"] == []
    (mail,) = mails
    assert f"From: Ada {TOKEN} <tests@example.com>\r\n" in mail
    assert f"To: inbox@example.org\r\nSubject: About {TOKEN}\r\nX-Note: {TOKEN}\r\n" in mail
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


def test_a_door_that_cannot_be_used_is_told(
    scope: dict[str, Any], tmp_path: Path, facts: dict[str, str]
) -> None:
    function = Function(name="shop-listen", runtime="python3.11", handler="app.handler", code=None)
    application = Application(name="a", source=Path("aws://eu-west-1"), functions=(function,))
    options = {**scope, "door": "front"}
    setup = PROVIDER.check(Setup(application=application, options=options, out=tmp_path))
    with PROVIDER.open(setup) as targets:
        for template, told in (
            (
                "aws.ses.receipt",
                "aws.ses.receipt needs an address to send from: mail_from in [aws]",
            ),
            ("aws.apigateway.rest", "aws.apigateway.rest has its front door at --target http"),
            ("aws.codecommit.trigger", "has no front door: set door = 'invoke' in [aws]"),
            ("aws.sqs.message", ""),
        ):
            assert told in targets.refuses(function, Trigger(template=template))
        target = targets.of(function, environment={})
        reserved = {**facts, "sql": "SELECT * FROM '$aws/things/+/shadow/update'"}
        outcome = sent(target, "aws.iot.rule", EVENTS["aws.iot.rule"], reserved)
        assert outcome.error is not None
        assert outcome.error.message == "the rule reads no topic that anyone may publish to"
