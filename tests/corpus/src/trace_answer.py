import json
import traceback


def vulnerable(event, context):
    try:
        order = json.loads(event["body"])
        return {"statusCode": 200, "body": str(int(order["count"]) * 3)}
    except Exception:
        return {"statusCode": 500, "body": traceback.format_exc()}


def safe(event, context):
    try:
        order = json.loads(event["body"])
        return {"statusCode": 200, "body": str(int(order["count"]) * 3)}
    except Exception:
        return {"statusCode": 400, "body": "count must be a number"}
