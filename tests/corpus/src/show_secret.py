import json
import os


def vulnerable(event, context):
    query = event.get("queryStringParameters") or {}
    answer = {"status": "fine"}
    if query.get("debug") == "1":
        answer["environment"] = dict(os.environ)
    return {"statusCode": 200, "body": json.dumps(answer)}


def safe(event, context):
    query = event.get("queryStringParameters") or {}
    answer = {"status": "fine"}
    if query.get("debug") == "1":
        answer["environment"] = sorted(name for name in os.environ if name.startswith("LC_"))
    return {"statusCode": 200, "body": json.dumps(answer)}
