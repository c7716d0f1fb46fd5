import json
import shlex
import subprocess


def run(line):
    try:
        done = subprocess.run(line, shell=isinstance(line, str), capture_output=True, text=True)
    except (OSError, ValueError):
        return ""
    return done.stdout[:300]


def answer(text):
    return {"statusCode": 200, "body": json.dumps({"size": len(text)})}


def vulnerable(event, context):
    host = str(json.loads(event["body"])["host"])
    for sign in ";&|":
        host = host.replace(sign, "")
    return answer(run("echo checking " + host))


def safe(event, context):
    host = str(json.loads(event["body"])["host"]).replace("\0", "")
    return answer(run("echo checking " + shlex.quote(host)))
