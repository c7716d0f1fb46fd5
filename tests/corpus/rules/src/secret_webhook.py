import json
import os
import urllib.request

PARTNER = "https://hooks.example.com/"


def told(url, order):
    body = json.dumps({"order": order, "state": "shipped"}).encode()
    headers = {"Authorization": "Bearer " + os.environ["DB_PASSWORD"], "Content-Type": "application/json"}
    try:
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=1) as answer:
            return answer.status
    except (OSError, ValueError):
        return 0


def vulnerable(event, context):
    body = json.loads(event["body"])
    return {"statusCode": 202, "body": str(told(str(body["callback"]), str(body["order"])))}


def safe(event, context):
    body = json.loads(event["body"])
    url = str(body["callback"])
    if not url.startswith(PARTNER):
        return {"statusCode": 400, "body": "unknown partner"}
    return {"statusCode": 202, "body": str(told(url, str(body["order"])))}
