"""What both handlers share: reading the text, splitting its front matter, writing the summary."""

import os
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["CANDIDATES_TABLE"])


def texts(event):
    """(key, front matter, body) of each object."""
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        answer = s3.get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)
        text = answer["Body"].read().decode("utf-8", "replace")
        front, body = "", text
        if text.startswith("---\n"):
            front, _, body = text[4:].partition("\n---\n")
        yield key, front, body


def summarise(key, facts, body):
    table.put_item(
        Item={"id": key, "title": str(facts.get("title", "")), "words": len(body.split())}
    )
