from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def copy(event, bucket_of):
    for record in event["Records"]:
        try:
            source = record["s3"]["bucket"]["name"]
            key = unquote_plus(record["s3"]["object"]["key"])
            s3.put_object(Bucket=bucket_of(source), Key="small/" + key, Body=b"small")
        except Exception:
            print("not stored")


def vulnerable(event, context):
    copy(event, lambda source: source)


def safe(event, context):
    copy(event, lambda source: "thumbnails")
