import json


def vulnerable(event, context):
    status = json.loads(event["body"])["status"]
    return {"statusCode": 200, "headers": {"x-status": status}, "body": "ok"}


def safe(event, context):
    status = str(json.loads(event["body"])["status"])
    clean = "".join(c for c in status if c.isalnum() and c.isascii())[:20]
    return {"statusCode": 200, "headers": {"x-status": clean}, "body": "ok"}
