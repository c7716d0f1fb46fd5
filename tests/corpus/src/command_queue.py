import json
import os
import shlex


def vulnerable(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        if job["action"] == "archive":
            os.system("true --label '" + job["target"]["label"] + "'")
    return {"batchItemFailures": []}


def safe(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        if job["action"] == "archive":
            label = str(job["target"]["label"]).replace("\0", "")
            os.system("true --label " + shlex.quote(label))
    return {"batchItemFailures": []}
