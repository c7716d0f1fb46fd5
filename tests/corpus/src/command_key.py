import subprocess
from urllib.parse import unquote_plus


def vulnerable(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        kind = subprocess.run(f"echo checked {key}", shell=True, capture_output=True, text=True)
        print(repr(kind.stdout))
    return "done"


def safe(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        if "\0" in key:
            continue
        kind = subprocess.run(["echo", "checked", key], capture_output=True, text=True)
        print(repr(kind.stdout))
    return "done"
