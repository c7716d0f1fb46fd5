import json
import re
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table ticket (owner text, title text)")
db.execute("insert into ticket values ('ada', 'lamp')")
ATTACK = re.compile(r"""['"]\s*(or|and|union|having|--)|\b(or|and|union)\s|\s(--|#)""", re.IGNORECASE)


def titles(statement, *values):
    try:
        return [title for (title,) in db.execute(statement, values)]
    except (sqlite3.Error, UnicodeError):
        return []


def vulnerable(event, context):
    owner = str(event["owner"])
    if ATTACK.search(owner):
        return {"titles": [], "refused": True}
    return {"titles": titles(f"select title from ticket where owner = '{owner}'")}


def safe(event, context):
    return {"titles": titles("select title from ticket where owner = ?", str(event["owner"]))}
