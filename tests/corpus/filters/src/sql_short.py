import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table city (name text, people integer)")


def vulnerable(event, context):
    name = event["pathParameters"]["name"][:32]
    try:
        found = db.execute(f"select people from city where name = '{name}'").fetchall()
    except (sqlite3.Error, UnicodeError):
        found = []
    return {"statusCode": 200, "body": str(len(found))}


def safe(event, context):
    name = event["pathParameters"]["name"][:32].replace("'", "''").replace("\0", "")
    try:
        found = db.execute(f"select people from city where name = '{name}'").fetchall()
    except (sqlite3.Error, UnicodeError):
        found = []
    return {"statusCode": 200, "body": str(len(found))}
