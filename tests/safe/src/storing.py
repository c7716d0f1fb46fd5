import hashlib
import json

import boto3
from boto3.dynamodb.conditions import Attr, Key

from adapters import direct, http, queue, rule, stream, topic, upload

table = boto3.resource("dynamodb").Table("safe-items")
client = boto3.client("dynamodb")
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
sns = boto3.client("sns")
events = boto3.client("events")


def tried(call, **parameters):
    try:
        return call(**parameters)
    except Exception as error:
        print("not done:", type(error).__name__)
        return {}


def item(value):
    tried(table.put_item, Item={"id": "1", "value": str(value), "role": "reader"})


def item_by_key(value):
    return "Item" in tried(table.get_item, Key={"id": str(value) or "none"})


def condition(value):
    return tried(table.scan, FilterExpression=Attr("value").eq(str(value))).get("Count", 0)


def key_condition(value):
    found = tried(table.query, KeyConditionExpression=Key("id").eq(str(value) or "none"))
    return found.get("Count", 0)


def placeholders(value):
    return tried(
        client.scan,
        TableName="safe-items",
        FilterExpression="#n = :v",
        ExpressionAttributeNames={"#n": "value"},
        ExpressionAttributeValues={":v": {"S": str(value)}},
    ).get("Count", 0)


def statement(value):
    return len(
        tried(
            client.execute_statement,
            Statement='SELECT * FROM "safe-items" WHERE id = ?',
            Parameters=[{"S": str(value)}],
        ).get("Items", ())
    )


def stored(value):
    body = json.dumps({"value": value}).encode()
    tried(s3.put_object, Bucket="safe-results", Key="last.json", Body=body)


def stored_by_digest(value):
    name = hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()
    tried(s3.put_object, Bucket="safe-results", Key=name, Body=b"seen")


def message(value):
    url = tried(sqs.get_queue_url, QueueName="safe-next").get("QueueUrl", "")
    tried(sqs.send_message, QueueUrl=url, MessageBody=json.dumps({"value": value}))


def plain_message(value):
    url = tried(sqs.get_queue_url, QueueName="safe-next").get("QueueUrl", "")
    tried(sqs.send_message, QueueUrl=url, MessageBody="seen " + repr(value)[:500])


def notice(value):
    arn = tried(sns.create_topic, Name="safe-notices").get("TopicArn", "")
    tried(sns.publish, TopicArn=arn, Message=json.dumps({"default": str(value)}))


def event_on(value):
    detail = json.dumps({"value": value})
    tried(events.put_events, Entries=[{"Source": "s", "DetailType": "d", "Detail": detail}])


def chosen_fields(value):
    allowed = {"title": str(value)[:100], "state": "new"}
    tried(table.put_item, Item={"id": "2", **allowed})


item_http, item_queue, item_stream = http(item), queue(item), stream(item)
item_by_key_http, item_by_key_direct = http(item_by_key), direct(item_by_key)
condition_http, condition_direct = http(condition), direct(condition)
key_condition_http, key_condition_topic = http(key_condition), topic(key_condition)
placeholders_direct, placeholders_queue = direct(placeholders), queue(placeholders)
statement_http, statement_stream = http(statement), stream(statement)
stored_upload, stored_rule = upload(stored), rule(stored)
stored_by_digest_upload = upload(stored_by_digest)
message_http, message_queue, message_rule = http(message), queue(message), rule(message)
plain_message_topic = topic(plain_message)
notice_queue, notice_http = queue(notice), http(notice)
event_on_direct, event_on_stream = direct(event_on), stream(event_on)
chosen_fields_http = http(chosen_fields)
