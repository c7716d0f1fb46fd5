import json
import re
import subprocess


def run(line):
    try:
        done = subprocess.run(line, shell=isinstance(line, str), capture_output=True, text=True)
    except (OSError, ValueError):
        return ""
    return done.stdout[:300]


def vulnerable(event, context):
    for record in event["Records"]:
        unit = str(json.loads(record["Sns"]["Message"])["unit"])
        if re.match(r"^[\w.-]+$", unit, re.MULTILINE):
            run("true " + unit)


def safe(event, context):
    for record in event["Records"]:
        unit = str(json.loads(record["Sns"]["Message"])["unit"])
        if re.fullmatch(r"[A-Za-z0-9_.-]+", unit):
            run("true " + unit)
