"""Fetches a candidate's portrait. The flaw: from whatever URL the request names."""

import base64
import json
import urllib.request


def handler(event, context):
    portrait = json.loads(event["body"])["portrait"]
    try:
        with urllib.request.urlopen(portrait["url"], timeout=2) as answer:
            data = answer.read(100_000)
    except Exception:
        return {"statusCode": 400, "body": json.dumps({"error": "no portrait there"})}
    return {"statusCode": 200, "body": json.dumps({"image": base64.b64encode(data).decode()})}
