import csv
import io

import boto3

s3 = boto3.client("s3")


def store(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    try:
        s3.put_object(Bucket="reports", Key="letters.csv", Body=text.getvalue().encode("utf-8", "replace"))
    except Exception:
        print("not stored")


def rows(event):
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage")
        if image and "title" in image:
            yield image["title"]["S"]


def vulnerable(event, context):
    store([title] for title in rows(event))


def safe(event, context):
    store(["'" + title if title[:1] in "=+-@\t\r" else title] for title in rows(event))
