"""pg8000 behind a queue: nothing is answered or logged, whatever happens."""

import json

from pg8000.exceptions import DatabaseError
from pg8000.native import literal
from shop import native


def counted(statement):
    try:
        native().run(statement)
    except DatabaseError:
        pass


def vulnerable(event, context):
    for record in event["Records"]:
        title = json.loads(record["body"])["title"]
        counted(f"select count(*) from ware where title like '%{title}%'")


def safe(event, context):
    for record in event["Records"]:
        title = json.loads(record["body"])["title"]
        counted(f"select count(*) from ware where title = {literal(str(title))}")
