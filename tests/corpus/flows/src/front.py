import hashlib
import hmac
import json
import os
import re

import boto3

sns = boto3.client("sns")
sqs = boto3.client("sqs")


def order(event, context):
    """Takes one to ninety-nine of an article."""
    try:
        asked = json.loads(event.get("body") or "{}")
        sku, quantity = asked["sku"], asked["quantity"]
    except (ValueError, KeyError, TypeError):
        return {"statusCode": 400, "body": "{}"}
    if not isinstance(quantity, int) or not 1 <= quantity <= 99 or not isinstance(sku, str):
        print("refused")
        return {"statusCode": 422, "body": "{}"}
    sns.publish(TopicArn=os.environ["ORDERS"], Message=json.dumps({"sku": sku, "quantity": quantity}))
    return {"statusCode": 202, "body": "{}"}


def register(event, context):
    """Hands on short names, signed."""
    text = (event.get("queryStringParameters") or {}).get("name", "ann")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,12}", text):
        print("refused")
        return {"statusCode": 422, "body": "{}"}
    body = json.dumps({"name": text})
    mark = hmac.new(os.environ["SIGNING"].encode(), body.encode(), hashlib.sha256).hexdigest()
    sqs.send_message(QueueUrl=os.environ["NAMES"], MessageBody=json.dumps({"body": body, "mark": mark}))
    return {"statusCode": 202, "body": "{}"}
