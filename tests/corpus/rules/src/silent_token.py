import hashlib

KNOWN = "0f3b9d6e2c7a5a0e8f8f1d0b8f4b7c6a"


def known(event):
    given = str((event["headers"] or {}).get("authorization", ""))
    return hashlib.md5(given.encode("utf-8", "replace")).hexdigest() == KNOWN


def vulnerable(event, context):
    if not known(event):
        return {"statusCode": 401, "body": "no"}
    return {"statusCode": 200, "body": "yes"}


def safe(event, context):
    if not known(event):
        print("refused: no valid token")
        return {"statusCode": 401, "body": "no"}
    return {"statusCode": 200, "body": "yes"}
