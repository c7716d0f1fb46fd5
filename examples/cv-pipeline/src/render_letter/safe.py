"""The same with templates from the code; a row only chooses one and fills it."""

import json
import os

import boto3
from jinja2 import Environment

sqs = boto3.client("sqs")
ENGINE = Environment(autoescape=True)
LETTERS = {
    "invitation": ENGINE.from_string("Dear {{ name }}, please come and see us."),
    "refusal": ENGINE.from_string("Dear {{ name }}, we chose someone else."),
}


def handler(event, context):
    for record in event["Records"]:
        row = record["dynamodb"]["NewImage"]
        letter = LETTERS.get(row["template"]["S"], LETTERS["invitation"])
        text = letter.render(name=row["name"]["S"])
        sqs.send_message(QueueUrl=os.environ["OUTBOX_URL"], MessageBody=json.dumps({"text": text}))
