import json

from jinja2 import Environment

engine = Environment(autoescape=True)
LETTER = engine.from_string("Dear {{ name }}, {{ text }}")


def vulnerable(event, context):
    text = str(json.loads(event["body"])["text"]).replace("{{", "").replace("}}", "")
    try:
        shown = engine.from_string("Dear {{ name }}, " + text).render(name="Ada")
    except Exception:
        return {"statusCode": 400, "body": "bad text"}
    return {"statusCode": 200, "body": shown}


def safe(event, context):
    text = str(json.loads(event["body"])["text"])
    return {"statusCode": 200, "body": LETTER.render(name="Ada", text=text)}
