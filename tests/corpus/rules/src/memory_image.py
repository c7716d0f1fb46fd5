import json


def width(event):
    try:
        return max(1, int(json.loads(event["body"])["width"]))
    except (ValueError, TypeError, OverflowError):
        return 1


def draw(width):
    return {"statusCode": 200, "body": str(len(bytearray(width)))}


def vulnerable(event, context):
    return draw(width(event))


def safe(event, context):
    return draw(min(width(event), 4096))
