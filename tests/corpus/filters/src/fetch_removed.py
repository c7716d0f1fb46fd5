import json
import urllib.request
from urllib.parse import urlsplit

INTERNAL = ("localhost", "127.0.0.1", "169.254.169.254", "0.0.0.0")


def size(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return len(answer.read(1000))
    except Exception:
        return 0


def answer(found):
    return {"statusCode": 200, "body": json.dumps({"size": found})}


def vulnerable(event, context):
    url = str(json.loads(event["body"])["picture"])
    for name in INTERNAL:
        url = url.replace(name, "")
    return answer(size(url))


def safe(event, context):
    url = str(json.loads(event["body"])["picture"])
    try:
        parts = urlsplit(url)
        known = (parts.scheme, parts.netloc) == ("https", "pictures.example.com")
    except ValueError:
        known = False
    return answer(size(url) if known else 0)
