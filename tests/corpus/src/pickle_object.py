import json
import pickle
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def load(event, parse):
    for record in event["Records"]:
        try:
            answer = s3.get_object(
                Bucket=record["s3"]["bucket"]["name"],
                Key=unquote_plus(record["s3"]["object"]["key"]),
            )
            print(type(parse(answer["Body"].read())).__name__)
        except Exception:
            print("unreadable")


def vulnerable(event, context):
    load(event, pickle.loads)


def safe(event, context):
    load(event, json.loads)
