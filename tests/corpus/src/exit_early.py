import os


def vulnerable(event, context):
    try:
        size = int(event["image"]["width"])
    except ValueError:
        return "bad width"
    if size > 100000:
        os._exit(1)
    return size


def safe(event, context):
    try:
        size = int(event["image"]["width"])
    except ValueError:
        return "bad width"
    return min(size, 100000)
