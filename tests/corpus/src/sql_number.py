import json
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("create table stock (id integer, left integer); insert into stock values (1, 5);")


def vulnerable(event, context):
    return each(event, lambda item: "update stock set left = left - 1 where id = %s" % item)


def safe(event, context):
    return each(event, lambda item: "update stock set left = left - 1 where id = %d" % int(item))


def each(event, statement):
    failed = []
    for record in event["Records"]:
        try:
            for line in json.loads(record["body"])["lines"]:
                db.execute(statement(line["item"]))
        except (LookupError, TypeError, ValueError, sqlite3.Error) as error:
            print("skipped", type(error).__name__)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
