import os
import tempfile
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def store(record, name):
    try:
        body = s3.get_object(
            Bucket=record["s3"]["bucket"]["name"],
            Key=unquote_plus(record["s3"]["object"]["key"]),
        )["Body"].read()
    except Exception:
        return
    try:
        with open(tempfile.gettempdir() + "/" + name, "wb") as file:
            file.write(body)
        os.remove(file.name)
    except (OSError, ValueError):
        print("not stored")


def vulnerable(event, context):
    for record in event["Records"]:
        store(record, unquote_plus(record["s3"]["object"]["key"]))


def safe(event, context):
    for record in event["Records"]:
        store(record, os.path.basename(unquote_plus(record["s3"]["object"]["key"])) or "unnamed")
