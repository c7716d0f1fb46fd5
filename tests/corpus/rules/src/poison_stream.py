import base64
import json


def levels(records):
    for record in records:
        yield record["kinesis"]["sequenceNumber"], json.loads(
            base64.b64decode(record["kinesis"]["data"])
        )


def vulnerable(event, context):
    highest = max(float(reading["level"]) for _, reading in levels(event["Records"]))
    print("highest", highest)
    return {"batchItemFailures": []}


def safe(event, context):
    kept = []
    for number, reading in levels(event["Records"]):
        try:
            kept.append(float(reading["level"]))
        except (KeyError, TypeError, ValueError):
            print("left out", number)
    print("highest", max(kept, default=0.0))
    return {"batchItemFailures": []}
