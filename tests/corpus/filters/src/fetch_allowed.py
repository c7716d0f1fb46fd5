import json
import urllib.request
from urllib.parse import urlsplit


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return len(answer.read(100))
    except Exception:
        return 0


def vulnerable(event, context):
    url = json.loads(event["body"])["feed"]
    if not isinstance(url, str) or "feeds.example.com" not in url:
        return {"statusCode": 400, "body": "not allowed"}
    return {"statusCode": 200, "body": str(fetch(url))}


def safe(event, context):
    url = str(json.loads(event["body"])["feed"])
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or parts.netloc != "feeds.example.com":
        return {"statusCode": 400, "body": "not allowed"}
    return {"statusCode": 200, "body": str(fetch("https://feeds.example.com" + parts.path))}
