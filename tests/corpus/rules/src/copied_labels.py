import json
import os
import subprocess

KIND = os.environ.get("LABEL_KIND", "parcel-label")
KNOWN = ("printer", "size")


def settings(job):
    given = job.get("settings") or {}
    if not isinstance(given, dict):
        raise ValueError("settings")
    return {"printer": "main", **{k: str(v) for k, v in given.items() if k in KNOWN}}


def each(event, work):
    for record in event["Records"]:
        try:
            job = json.loads(record["body"])
            if job["kind"] == KIND:
                work(settings(job)["printer"])
        except Exception:
            print("not printed")


def vulnerable(event, context):
    each(event, lambda name: subprocess.run(f'echo "{name}"', shell=True, capture_output=True))


def safe(event, context):
    each(event, lambda name: subprocess.run(["echo", name], capture_output=True))
