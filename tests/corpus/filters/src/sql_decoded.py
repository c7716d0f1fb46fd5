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

from urllib.parse import unquote


def vulnerable(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "")
    name = unquote(name.replace("'", "''"))
    return answer(find(f"select price from item where name = '{name}'"))


def safe(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "")
    name = unquote(name).replace("'", "''").replace("\0", "")
    return answer(find(f"select price from item where name = '{name}'"))
