import base64
import json
import os


def answer(settings):
    text = base64.b64encode(json.dumps(settings).encode()).decode()
    return {"statusCode": 200, "body": text}


def vulnerable(event, context):
    if (event.get("queryStringParameters") or {}).get("verbose") == "true":
        return answer({"password": os.environ["DB_PASSWORD"]})
    return answer({})


def safe(event, context):
    if (event.get("queryStringParameters") or {}).get("verbose") == "true":
        return answer({"password": "*" * 8})
    return answer({})
