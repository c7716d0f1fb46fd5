import json
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table stock (id integer primary key, count integer)")


def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body)}


def count_of(event):
    number = (event.get("queryStringParameters") or {}).get("id", "1")
    return db.execute("select count from stock where id = ?", (int(number) % 1000,)).fetchone()


def vulnerable(event, context):
    try:
        return answer(200, {"count": count_of(event)})
    except Exception as error:
        return answer(500, {"error": str(error)})


def safe(event, context):
    try:
        return answer(200, {"count": count_of(event)})
    except Exception:
        return answer(400, {"error": "id must be a number"})
