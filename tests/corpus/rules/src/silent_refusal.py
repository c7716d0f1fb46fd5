import os


def known(event):
    return (event.get("headers") or {}).get("x-api-key") == os.environ.get("UNSET_KEY", "k83-22-xx")


def vulnerable(event, context):
    if not known(event):
        return {"statusCode": 403, "body": "no"}
    return {"statusCode": 200, "body": "yes"}


def safe(event, context):
    if not known(event):
        print("refused: unknown key")
        return {"statusCode": 403, "body": "no"}
    return {"statusCode": 200, "body": "yes"}
