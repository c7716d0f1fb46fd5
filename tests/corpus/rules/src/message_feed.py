from xml.sax.saxutils import escape

import boto3

s3 = boto3.client("s3")


def store(title):
    try:
        body = f"<feed><title>{title}</title></feed>".encode("utf-8", "replace")
        s3.put_object(Bucket="reports", Key="feed.xml", Body=body)
    except Exception:
        print("not stored")


def vulnerable(event, context):
    store(event["detail"]["title"])


def safe(event, context):
    store(escape(str(event["detail"]["title"])))
