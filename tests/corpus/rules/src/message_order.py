import json

import boto3

sqs = boto3.client("sqs")


def send(text):
    url = sqs.get_queue_url(QueueName="orders-in")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=text)


def vulnerable(event, context):
    note = json.loads(event["body"])["note"]
    try:
        send('{"order": "a1", "paid": false, "note": "' + note + '"}')
    except Exception:
        return {"statusCode": 400, "body": "bad order"}
    return {"statusCode": 202, "body": "accepted"}


def safe(event, context):
    note = str(json.loads(event["body"])["note"])
    try:
        send(json.dumps({"order": "a1", "paid": False, "note": note}))
    except Exception:
        return {"statusCode": 400, "body": "bad order"}
    return {"statusCode": 202, "body": "accepted"}
