import json


def size(record):
    try:
        return max(0, int(json.loads(record["body"])["pad"]))
    except (ValueError, TypeError, OverflowError):
        return 0


def vulnerable(event, context):
    for record in event["Records"]:
        print(len("x".ljust(size(record))))


def safe(event, context):
    for record in event["Records"]:
        print(len("x".ljust(min(size(record), 1000))))
