import importlib
import json


def load(name):
    try:
        return importlib.import_module(name).__name__
    except Exception:
        return None


def vulnerable(event, context):
    return {"statusCode": 200, "body": json.dumps(load(str(json.loads(event["body"])["plugin"])))}


def safe(event, context):
    name = "".join(c for c in str(json.loads(event["body"])["plugin"]) if c.isalnum())
    return {"statusCode": 200, "body": json.dumps(load("plugins." + name))}
