import hashlib
import hmac


def vulnerable(event, context):
    if (event["headers"] or {}).get("x-user-role") != "admin":
        print("refused")
        return {"statusCode": 403, "body": "not for you"}
    return {"statusCode": 200, "body": "all reports"}


def safe(event, context):
    claims = (event["requestContext"].get("authorizer") or {}).get("claims") or {}
    if claims.get("role") != "admin":
        print("refused")
        return {"statusCode": 403, "body": "not for you"}
    return {"statusCode": 200, "body": "all reports"}
