import json
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("create table stock (id integer, left integer); insert into stock values (1, 5);")


def vulnerable(event, context):
    for record in event["Records"]:
        body = json.loads(record["body"])
        for line in body["lines"]:
            try:
                db.execute("update stock set left = left - 1 where id = %s" % line["item"])
            except sqlite3.Error as error:
                print("skipped", type(error).__name__)


def safe(event, context):
    for record in event["Records"]:
        body = json.loads(record["body"])
        for line in body["lines"]:
            try:
                item = int(line["item"])
                db.execute("update stock set left = left - 1 where id = %d" % item)
            except (ValueError, TypeError, sqlite3.Error) as error:
                print("skipped", type(error).__name__)
