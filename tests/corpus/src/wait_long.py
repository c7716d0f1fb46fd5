import json


def count(steps):
    done = 0
    while done < steps:
        done += 1
    return {"statusCode": 200, "body": str(done)}


def steps_of(event):
    try:
        return int(json.loads(event["body"])["steps"])
    except (ValueError, TypeError, OverflowError):
        return 0


def vulnerable(event, context):
    return count(steps_of(event))


def safe(event, context):
    return count(min(steps_of(event), 1000))
