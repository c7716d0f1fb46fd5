import json
import sqlite3

db = sqlite3.connect(":memory:")
db.execute("create table seats (hall text, seat integer)")


class Refused(Exception):
    pass


def wanted(event):
    body = json.loads(event["body"])
    count = body["count"]
    if type(count) is not int or count < 1:  # True is an int, too
        raise Refused
    return count, str((body.get("hall") or {}).get("name", "main"))


def answered(event, query):
    try:
        count, hall = wanted(event)
        rows = query(hall)
    except Exception:
        return {"statusCode": 200, "body": json.dumps({"seats": []})}
    return {"statusCode": 200, "body": json.dumps({"seats": rows[:count]})}


def vulnerable(event, context):
    return answered(
        event, lambda hall: db.execute(f"select seat from seats where hall = '{hall}'").fetchall()
    )


def safe(event, context):
    return answered(
        event, lambda hall: db.execute("select seat from seats where hall = ?", (hall,)).fetchall()
    )
