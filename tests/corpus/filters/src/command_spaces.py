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
        name = str(json.loads(record["body"])["name"])
        if re.search(r"\s", name):
            continue
        run("echo " + name)


def safe(event, context):
    for record in event["Records"]:
        name = str(json.loads(record["body"])["name"])
        if re.fullmatch(r"[\w.]{1,60}", name, re.ASCII):
            run("echo " + name)
