import json
import os


def nested(text):
    depth = most = 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        most = max(most, depth)
    return most


def vulnerable(event, context):
    if nested(str(json.loads(event["body"])["tree"])) > 1000:
        os.abort()
    return {"statusCode": 200, "body": "shallow"}


def safe(event, context):
    if nested(str(json.loads(event["body"])["tree"])) > 1000:
        return {"statusCode": 400, "body": "too deep"}
    return {"statusCode": 200, "body": "shallow"}
