import ast
import base64
import json


def vulnerable(event, context):
    total = 0
    for record in event["Records"]:
        reading = json.loads(base64.b64decode(record["kinesis"]["data"]))
        point = eval(reading["sensor"]["position"])
        total += len(str(point))
    print("read", total)


def safe(event, context):
    total = 0
    for record in event["Records"]:
        reading = json.loads(base64.b64decode(record["kinesis"]["data"]))
        try:
            point = ast.literal_eval(reading["sensor"]["position"])
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        total += len(str(point))
    print("read", total)
