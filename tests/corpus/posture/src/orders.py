import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    order = json.loads(event.get("body") or "{}")
    table.put_item(Item={"id": str(order.get("id", "none")), "note": str(order.get("note", ""))})
    return {"statusCode": 202, "body": json.dumps({"kept": True})}
