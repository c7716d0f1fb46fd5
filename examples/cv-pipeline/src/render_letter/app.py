"""Renders a letter for each stored row. The flaw: the row holds the template itself."""

import json
import os

import boto3
from jinja2 import Template

sqs = boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        row = record["dynamodb"]["NewImage"]
        try:
            # Whoever can write a row writes code: an engine evaluates what stands in {{ }}.
            text = Template(row["template"]["S"]).render(name=row["name"]["S"])
        except Exception as error:
            print(f"letter not rendered: {type(error).__name__}")
            continue
        sqs.send_message(QueueUrl=os.environ["OUTBOX_URL"], MessageBody=json.dumps({"text": text}))
