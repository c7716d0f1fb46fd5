import json

stock = {}


def book(record):
    line = json.loads(record["body"])
    stock[line["sku"]] = stock.get(line["sku"], 0) + int(line["pieces"])


def vulnerable(event, context):
    failures = []
    for record in event["Records"]:
        try:
            book(record)
        except json.JSONDecodeError:  # and nothing else that a record may be
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def safe(event, context):
    failures = []
    for record in event["Records"]:
        try:
            book(record)
        except Exception as error:
            print("not booked", type(error).__name__)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
