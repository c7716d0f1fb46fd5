from urllib.parse import urlsplit

HOME = "/home"


def vulnerable(event, context):
    target = (event.get("queryStringParameters") or {}).get("back") or HOME
    if not target.startswith("/"):
        target = HOME
    return {"statusCode": 303, "multiValueHeaders": {"Location": [target]}}


def safe(event, context):
    target = (event.get("queryStringParameters") or {}).get("back") or HOME
    plain = target.isascii() and target.isprintable() and "\\" not in target
    if not plain or not target.startswith("/") or target.startswith("//"):
        target = HOME
    try:
        if urlsplit(target).netloc:
            target = HOME
    except ValueError:
        target = HOME
    return {"statusCode": 303, "multiValueHeaders": {"Location": [target]}}
