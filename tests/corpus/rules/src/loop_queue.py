import json

import boto3

sqs = boto3.client("sqs")


def back(record, message):
    name = record["eventSourceARN"].rsplit(":", 1)[-1]
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
    except Exception:
        print("not sent")


def vulnerable(event, context):
    for record in event["Records"]:
        message = json.loads(record["body"])
        if message["state"] != "done":
            back(record, message)


def safe(event, context):
    for record in event["Records"]:
        message = json.loads(record["body"])
        attempt = message.get("attempt", 0)
        attempt = attempt if isinstance(attempt, int) else 3
        if message["state"] != "done" and attempt < 3:
            back(record, {**message, "attempt": attempt + 1})
