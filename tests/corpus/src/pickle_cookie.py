import base64
import json
import pickle
from http.cookies import SimpleCookie


def session(event):
    jar = SimpleCookie()
    for cookie in event.get("cookies") or []:
        jar.load(cookie)
    return jar["session"].value if "session" in jar else ""


def vulnerable(event, context):
    try:
        user = pickle.loads(base64.b64decode(session(event)))
    except Exception:
        user = None
    return {"statusCode": 200, "body": "hello" if user else "who are you?"}


def safe(event, context):
    try:
        user = json.loads(base64.b64decode(session(event)))
    except ValueError:
        user = None
    return {"statusCode": 200, "body": "hello" if user else "who are you?"}
