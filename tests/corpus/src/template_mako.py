import json

from mako.template import Template


def vulnerable(event, context):
    draft = json.loads(event["body"])["draft"]
    try:
        text = Template("Dear ${name},\n" + draft["text"]).render(name="Ada")
    except Exception:
        return {"statusCode": 400, "body": "bad draft"}
    return {"statusCode": 200, "body": text}


LETTER = Template("Dear ${name},\n${text}")


def safe(event, context):
    draft = json.loads(event["body"])["draft"]
    return {"statusCode": 200, "body": LETTER.render(name="Ada", text=draft["text"])}
