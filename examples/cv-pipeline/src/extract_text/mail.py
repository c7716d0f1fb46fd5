"""What both handlers share: taking attachments out of the mail, and keeping their text."""

import json
import os
from email import message_from_string, policy

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["CANDIDATES_TABLE"])


def attachments(record):
    """(applicant, file name, bytes) of each attachment of a received mail."""
    notification = json.loads(record["Sns"]["Message"])
    message = message_from_string(notification["content"], policy=policy.default)
    for part in message.iter_attachments():
        content = part.get_content()
        data = content.encode() if isinstance(content, str) else bytes(content)
        yield notification["mail"]["source"], part.get_filename() or "unnamed", data


def keep(applicant, text):
    """Store the text, and a row about the applicant."""
    key = f"texts/{abs(hash(applicant))}.txt"
    s3.put_object(Bucket=os.environ["TEXTS_BUCKET"], Key=key, Body=text.encode())
    table.put_item(Item={"id": applicant or "unknown", "text": key, "length": len(text)})
