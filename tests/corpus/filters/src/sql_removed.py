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


def vulnerable(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "")
    name = re.sub(r"union|select|or|and|--", "", name, flags=re.IGNORECASE)
    return answer(find(f"select price from item where name = '{name}'"))


def safe(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "")
    name = re.sub(r"[^A-Za-z0-9 ]", "", name)
    return answer(find(f"select price from item where name = '{name}'"))
