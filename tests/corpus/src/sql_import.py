import csv
import io
import sqlite3
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("create table member (mail text, plan text); insert into member values ('a', 'b');")


def rows(record):
    bucket, item = record["s3"]["bucket"]["name"], record["s3"]["object"]
    body = s3.get_object(Bucket=bucket, Key=unquote_plus(item["key"]))["Body"]
    return csv.DictReader(io.StringIO(body.read().decode("utf-8-sig")))


def vulnerable(event, context):
    for record in event["Records"]:
        for row in rows(record):
            try:
                db.execute(f"update member set plan = '{row['plan']}' where mail = ?", (row["mail"],))
            except (KeyError, sqlite3.Error):
                print("row skipped")


def safe(event, context):
    for record in event["Records"]:
        for row in rows(record):
            try:
                db.execute("update member set plan = ? where mail = ?", (row["plan"], row["mail"]))
            except (KeyError, sqlite3.Error):
                print("row skipped")
