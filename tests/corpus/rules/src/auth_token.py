import base64
import hashlib
import hmac
import json

KEY = b"ksd83nf-2kdl9"


def token_of(event):
    given = (event.get("headers") or {}).get("authorization", "")
    return given[7:] if given.startswith("Bearer ") else ""


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def vulnerable(event, context):
    try:
        claims = decoded(token_of(event).split(".")[1])
        user = claims["sub"]
    except Exception:
        print("refused")
        return {"statusCode": 401, "body": "no"}
    return {"statusCode": 200, "body": json.dumps({"rights": len(str(user))})}


def safe(event, context):
    token = token_of(event)
    signed, _, signature = token.rpartition(".")
    made = hmac.new(KEY, signed.encode("utf-8", "replace"), hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(made).decode().rstrip("=")
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        print("refused")
        return {"statusCode": 401, "body": "no"}
    return {"statusCode": 200, "body": json.dumps({"rights": 1})}
