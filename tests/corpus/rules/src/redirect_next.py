from urllib.parse import quote


def vulnerable(event, context):
    target = (event.get("queryStringParameters") or {}).get("next", "/")
    return {"statusCode": 302, "headers": {"Location": target}}


def safe(event, context):
    target = (event.get("queryStringParameters") or {}).get("next", "/")
    return {"statusCode": 302, "headers": {"Location": "/" + quote(target.lstrip("/\\"))}}
