import subprocess
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def metadata(record):
    bucket, item = record["s3"]["bucket"]["name"], record["s3"]["object"]
    return s3.head_object(Bucket=bucket, Key=unquote_plus(item["key"]))["Metadata"]


def vulnerable(event, context):
    for record in event["Records"]:
        label = metadata(record).get("paper-label", "none")
        subprocess.run("printf '%s' " + label, shell=True, check=False, capture_output=True)


def safe(event, context):
    for record in event["Records"]:
        label = metadata(record).get("paper-label", "none")
        subprocess.run(["printf", "%s", label], check=False, capture_output=True)
