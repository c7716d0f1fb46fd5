import json
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table item (name text, price integer)")
db.executemany("insert into item values (?, ?)", [("lamp", 12), ("chair", 40)])


def vulnerable(event, context):
    wanted = (event.get("queryStringParameters") or {}).get("name", "")
    try:
        rows = db.execute(f"select name, price from item where name like '%{wanted}%'").fetchall()
    except sqlite3.Error:
        return {"statusCode": 400, "body": "bad search"}
    return {"statusCode": 200, "body": json.dumps(rows)}


def safe(event, context):
    wanted = (event.get("queryStringParameters") or {}).get("name", "")
    rows = db.execute(
        "select name, price from item where name like ?", ("%" + wanted + "%",)
    ).fetchall()
    return {"statusCode": 200, "body": json.dumps(rows)}
