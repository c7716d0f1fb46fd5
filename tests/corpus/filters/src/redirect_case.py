import re

HOME = "/start"


def go(target):
    return {"statusCode": 302, "headers": {"Location": target}}


def asked(event):
    return (event.get("queryStringParameters") or {}).get("to") or HOME


def odd(target):
    return "\\" in target or not target.isprintable()


def vulnerable(event, context):
    target = asked(event)
    if odd(target) or re.match(r"https?:|//", target):
        return go(HOME)
    return go(target)


def safe(event, context):
    target = asked(event)
    if odd(target) or re.match(r"\w*:|//", target, re.IGNORECASE):
        return go(HOME)
    return go("/" + target.lstrip("/"))
