import json


def vulnerable(event, context):
    for record in event["Records"]:
        amount = float(json.loads(record["body"])["amount"])
        print("booked", round(amount, 2))


def safe(event, context):
    failures = []
    for record in event["Records"]:
        try:
            amount = float(json.loads(record["body"])["amount"])
        except (TypeError, ValueError, OverflowError):
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        print("booked", round(amount, 2))
    return {"batchItemFailures": failures}
