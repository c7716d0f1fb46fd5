import json
import re
import subprocess


def stamped(line):
    try:
        subprocess.run(line, shell=isinstance(line, str), capture_output=True, timeout=1)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        print("not stamped")


def labels(event):
    for record in event["Records"]:
        yield str(json.loads(record["body"])["label"])


def vulnerable(event, context):
    for label in labels(event):
        if len(label) > 40 or re.search(r"[\s$`(){}&|'\"\\]", label):
            print("refused")
            continue
        stamped("true " + label)


def safe(event, context):
    for label in labels(event):
        if len(label) > 40 or re.search(r"[^\w.-]", label, re.ASCII):
            print("refused")
            continue
        stamped("true -- " + label)
