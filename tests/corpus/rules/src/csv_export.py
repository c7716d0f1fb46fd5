import csv
import io
import json


def table(cells):
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return {"statusCode": 200, "headers": {"Content-Type": "text/csv"}, "body": text.getvalue()}


def vulnerable(event, context):
    return table(["name", json.loads(event["body"])["name"]])


def safe(event, context):
    name = str(json.loads(event["body"])["name"])
    if name.startswith(("=", "+", "-", "@", "\t", "\r")):
        name = "'" + name
    return table(["name", name])
