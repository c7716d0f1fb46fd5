import json
from email.message import EmailMessage

import boto3

ses = boto3.client("ses")


def send(raw):
    try:
        ses.send_raw_email(Source="shop@example.com", RawMessage={"Data": raw})
    except Exception:
        print("not sent")


def vulnerable(event, context):
    for record in event["Records"]:
        subject = json.loads(record["body"])["subject"]
        raw = f"From: shop@example.com\nTo: me@example.com\nSubject: {subject}\n\nhello\n"
        send(raw.encode("utf-8", "replace"))


def safe(event, context):
    for record in event["Records"]:
        message = EmailMessage()
        message["From"] = "shop@example.com"
        message["To"] = "me@example.com"
        try:
            message["Subject"] = str(json.loads(record["body"])["subject"])
            message.set_content("hello")
            raw = bytes(message)
        except (ValueError, UnicodeError):
            continue
        send(raw)
