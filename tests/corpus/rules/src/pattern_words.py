import base64
import json
import re


def words(event):
    for record in event["Records"]:
        yield str(json.loads(base64.b64decode(record["kinesis"]["data"]))["line"])


def vulnerable(event, context):
    print(sum(re.match(r"^(\w+\s?)*$", line) is not None for line in words(event)))


def safe(event, context):
    print(sum(re.match(r"^\w+(?:\s\w+)*$", line[:40]) is not None for line in words(event)))
