import json


def vulnerable(event, context):
    greeting = json.loads(event["body"])["greeting"]
    try:
        text = greeting.format(name="Ada", context=context)
    except Exception:
        text = "bad greeting"
    return {"statusCode": 200, "body": text}


def safe(event, context):
    greeting = str(json.loads(event["body"])["greeting"])
    return {"statusCode": 200, "body": greeting.replace("{name}", "Ada")}
