import json
import os
import re

TICKET = re.compile(r"#ticket\((.+)\)")
FOLDER = "/tmp/tickets"


def ticket(record):
    found = TICKET.search(json.loads(record["Sns"]["Message"])["subject"])
    return found.group(1) if found else "other"


def noted(name):
    os.makedirs(FOLDER, exist_ok=True)
    try:
        with open(os.path.join(FOLDER, name), "a") as out:
            out.write("seen\n")
    except (OSError, ValueError):
        print("not noted")


def vulnerable(event, context):
    for record in event["Records"]:
        noted(ticket(record))


def safe(event, context):
    for record in event["Records"]:
        noted(re.sub(r"\W", "", ticket(record)) or "other")
