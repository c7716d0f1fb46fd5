import json

import boto3

table = boto3.resource("dynamodb").Table("devices")


def store(item):
    try:
        table.put_item(Item={"id": "u1", **item})
    except Exception:
        return {"statusCode": 400, "body": "not stored"}
    return {"statusCode": 201, "body": "stored"}


def vulnerable(event, context):
    body = json.loads(event["body"])
    return store({"name": str(body["name"]), "role": body.get("role", "reader")})


def safe(event, context):
    body = json.loads(event["body"])
    return store({"name": str(body["name"]), "role": "reader"})
