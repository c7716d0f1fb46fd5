"""Putting the backends back."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import FakeKey
from moto.sqs.models import sqs_backends

from harness.model import Application, ResolvedResource
from harness.observers.cloud import LocalCloud
from harness.observers.cloud.dispatch import Dispatcher
from harness.observers.cloud.inside import Inside, Refused
from harness.observers.cloud.state import Snapshot

ACCOUNT, REGION = "123456789012", "us-east-1"
BUCKET = ResolvedResource(name="B", kind="AWS::S3::Bucket", physical="bucket")


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    application = Application(name="a", source=Path(), functions=(), resources=(BUCKET,))
    cloud = LocalCloud(application, decoys={})
    cloud.start()
    yield cloud
    cloud.stop()


def test_memory_does_not_grow_with_what_is_put_and_put_back(cloud: LocalCloud) -> None:
    for number in range(50):
        cloud.put("s3-object", {"bucket": "bucket", "key": f"k{number}"}, {"body": "x"})
        cloud.restore()
    tracker: type = FakeKey
    assert len(vars(tracker)["instances_tracked"]) <= 1


def test_a_second_cloud_of_the_process_starts_empty(cloud: LocalCloud) -> None:
    cloud.put("s3-object", {"bucket": "other", "key": "k"}, {"body": "x"})
    cloud.stop()
    cloud.start()
    assert cloud.skipped == ()
    assert cloud.endpoint.startswith("http://127.0.0.1:")


def test_the_users_settings_of_aws_are_theirs_again_when_it_stopped(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.stop()
    monkeypatch.setenv("AWS_PROFILE", "staging")
    monkeypatch.delenv("AWS_CONFIG_FILE", raising=False)
    before = dict(os.environ)
    cloud.start()
    assert "AWS_PROFILE" not in os.environ
    cloud.stop()
    assert dict(os.environ) == before
    cloud.start()


def test_restoring_what_nothing_changed_does_nothing(cloud: LocalCloud) -> None:
    cloud.restore()
    cloud.restore()
    assert cloud.since(0) == ()


def test_the_collector_looks_at_everything_again_when_the_cloud_is_gone(cloud: LocalCloud) -> None:
    assert gc.get_freeze_count() > 10_000
    cloud.stop()
    assert gc.get_freeze_count() == 0
    cloud.start()


Held = tuple[Inside, Snapshot]


@pytest.fixture
def held(cloud: LocalCloud) -> Held:
    """A queue and two tables with something in them, and a snapshot of that."""
    inside = Inside(Dispatcher(ACCOUNT), REGION)
    inside.call("sqs", "CreateQueue", {"QueueName": "q"})
    for number in range(20):
        send = {"QueueUrl": "http://x/q", "MessageBody": f"m{number}"}
        inside.call("sqs", "SendMessage", send)
    for name, keys in (("t", ("id",)), ("ranged", ("id", "at"))):
        inside.call(
            "dynamodb",
            "CreateTable",
            {
                "TableName": name,
                "KeySchema": [
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k in keys],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        for number in range(20):
            row = {"id": text(number % 5 if len(keys) > 1 else number), "at": text(number)}
            row |= {"tags": {"L": [text("a")]}, "deep": {"M": {"n": {"N": "1"}}}}
            inside.call("dynamodb", "PutItem", {"TableName": name, "Item": row})
    return inside, Snapshot()


def text(value: object) -> dict[str, str]:
    return {"S": str(value)}


def rows(inside: Inside, table: str) -> list[Any]:
    found = inside.call("dynamodb", "Scan", {"TableName": table})["Items"]
    return sorted(found, key=str)


def update(table: str, key: dict[str, Any]) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET deep.n = :n, tags[0] = :t ADD hits :n",
        "ExpressionAttributeValues": {":n": {"N": "7"}, ":t": text("changed")},
    }


def test_messages_received_hidden_and_deleted_are_as_they_were(held: Held) -> None:
    inside, snapshot = held
    (queue,) = sqs_backends[ACCOUNT][REGION].queues.values()
    before = [(m.id, m.body, m.visible_at, m.approximate_receive_count) for m in queue._messages]
    for _ in range(3):
        got = inside.call(
            "sqs",
            "ReceiveMessage",
            {"QueueUrl": "http://x/q", "MaxNumberOfMessages": 10, "VisibilityTimeout": 0},
        )["Messages"]
        assert [m["Body"] for m in got] == [f"m{number}" for number in range(10)]
        for message, operation in zip(
            got, ("DeleteMessage", "ChangeMessageVisibility"), strict=False
        ):
            parameters = {"QueueUrl": "http://x/q", "ReceiptHandle": message["ReceiptHandle"]}
            if operation.startswith("Change"):
                parameters["VisibilityTimeout"] = 60
            inside.call("sqs", operation, parameters)
        inside.call("sqs", "SendMessage", {"QueueUrl": "http://x/q", "MessageBody": "new"})
        snapshot.restore(["sqs"])
        (queue,) = sqs_backends[ACCOUNT][REGION].queues.values()
        after = [(m.id, m.body, m.visible_at, m.approximate_receive_count) for m in queue._messages]
        assert after == before
        assert not queue.pending_messages
        assert not any(m._old_receipt_handles for m in queue._messages)


@pytest.mark.parametrize("table", ["t", "ranged"])
def test_rows_changed_put_and_deleted_are_as_they_were(held: Held, table: str) -> None:
    inside, snapshot = held
    before = rows(inside, table)
    assert len(before) == 20
    keys = [{n: v for n, v in row.items() if n == "id" or table == "ranged"} for row in before]
    keys = [{n: v for n, v in key.items() if n in ("id", "at")} for key in keys]
    for _ in range(2):
        inside.call("dynamodb", "UpdateItem", update(table, keys[3]))
        inside.call("dynamodb", "DeleteItem", {"TableName": table, "Key": keys[4]})
        inside.call("dynamodb", "PutItem", {"TableName": table, "Item": {**keys[5], "x": text(1)}})
        inside.call(
            "dynamodb", "PutItem", {"TableName": table, "Item": {"id": text("n"), "at": text("n")}}
        )
        assert rows(inside, table) != before
        snapshot.restore(["dynamodb"])
        assert rows(inside, table) == before


@pytest.mark.parametrize("table", ["t", "ranged"])
def test_a_transaction_that_fails_changes_nothing(held: Held, table: str) -> None:
    inside, _ = held
    before = rows(inside, table)
    key = {"id": text(1), "at": text(1)} if table == "ranged" else {"id": text(1)}
    check = {"TableName": table, "Key": {n: text(2) for n in key}}
    check["ConditionExpression"] = "attribute_exists(nothing)"
    items = [{"Update": update(table, key)}, {"ConditionCheck": check}]
    with pytest.raises(Refused, match="TransactionCanceledException"):
        inside.call("dynamodb", "TransactWriteItems", {"TransactItems": items})
    assert rows(inside, table) == before
    inside.call("dynamodb", "TransactWriteItems", {"TransactItems": items[:1]})
    assert rows(inside, table) != before


def test_what_was_not_touched_is_the_same_object_after_a_restore(held: Held) -> None:
    """So the cost of a restore does not follow the number of rows and messages."""

    def objects() -> list[int]:
        (queue,) = sqs_backends[ACCOUNT][REGION].queues.values()
        items = dynamodb_backends[ACCOUNT][REGION].tables["t"].items
        return [id(o) for o in (*queue._messages, *items.values())]

    inside, snapshot = held
    before = objects()
    assert len(before) == 40
    inside.call("sqs", "ReceiveMessage", {"QueueUrl": "http://x/q"})
    inside.call("dynamodb", "UpdateItem", update("t", {"id": text(1)}))
    assert sum(a != b for a, b in zip(objects(), before, strict=True)) == 1  # the updated row
    snapshot.restore(["sqs", "dynamodb"])
    assert objects() == before


def test_an_expression_means_the_same_each_time_whatever_it_is_given(held: Held) -> None:
    inside, _ = held
    seen = []
    for number, letters in ((1, "abcd"), (2, "wxyz"), (1, "abcd")):
        key = {"id": text(number)}
        item = {**key, "letters": {"L": [text(letter) for letter in letters]}}
        inside.call("dynamodb", "PutItem", {"TableName": "t", "Item": item})
        inside.call(
            "dynamodb",
            "UpdateItem",
            {
                "TableName": "t",
                "Key": key,
                "UpdateExpression": "SET #n = :v, more = if_not_exists(more, :v) REMOVE letters[0]"
                ", letters[2] ADD hits :one",
                "ExpressionAttributeNames": {"#n": f"name{number}"},
                "ExpressionAttributeValues": {":v": text(letters), ":one": {"N": str(number)}},
            },
        )
        found = inside.call("dynamodb", "GetItem", {"TableName": "t", "Key": key})["Item"]
        seen.append(found)
    assert seen[0] == seen[2]
    for found, (number, letters) in zip(seen, ((1, "abcd"), (2, "wxyz")), strict=False):
        assert found == {
            "id": text(number),
            f"name{number}": text(letters),
            "more": text(letters),
            "hits": {"N": str(number)},
            "letters": {"L": [text(letters[1]), text(letters[3])]},
        }
