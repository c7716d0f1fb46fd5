import json


def vulnerable(event, context):
    language = json.loads(event["body"])["language"]
    return {
        "statusCode": 200,
        "headers": {"X-Language": str(language)},
        "body": "ok",
    }


def safe(event, context):
    language = str(json.loads(event["body"])["language"])
    clean = "".join(c for c in language if c.isprintable())
    return {"statusCode": 200, "headers": {"X-Language": clean}, "body": "ok"}
