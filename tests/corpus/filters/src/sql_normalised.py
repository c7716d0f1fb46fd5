import json
import re
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table item (name text, price integer)")
db.executemany("insert into item values (?, ?)", [("lamp", 12), ("chair", 40)])


def find(statement, *values):
    try:
        return len(db.execute(statement, values).fetchall())
    except (sqlite3.Error, UnicodeError):
        return 0


def answer(count):
    return {"statusCode": 200, "body": json.dumps({"found": count})}

import unicodedata


def names(event):
    for record in event["Records"]:
        yield str(json.loads(record["body"])["name"])


def vulnerable(event, context):
    for name in names(event):
        if "'" not in name:
            find("select price from item where name = '%s'" % unicodedata.normalize("NFKC", name))


def safe(event, context):
    for name in names(event):
        name = unicodedata.normalize("NFKC", name)
        if "'" not in name and "\0" not in name:
            find("select price from item where name = '%s'" % name)
