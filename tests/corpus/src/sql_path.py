import json
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table orders (id text, total integer)")
db.execute("insert into orders values ('a1', 30)")


def find(query, *values):
    try:
        return db.execute(query, *values).fetchone()
    except sqlite3.Error:
        return None


def vulnerable(event, context):
    order = event["pathParameters"]["order"]
    row = find("select total from orders where id = '" + order + "'")
    return {"statusCode": 200 if row else 404, "body": json.dumps({"found": bool(row)})}


def safe(event, context):
    order = event["pathParameters"]["order"].replace("'", "''").replace("\0", "")
    row = find("select total from orders where id = '" + order + "'")
    return {"statusCode": 200 if row else 404, "body": json.dumps({"found": bool(row)})}
