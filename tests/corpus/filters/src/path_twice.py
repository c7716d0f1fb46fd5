import json
import os
from urllib.parse import unquote

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "texts")


def counted(path):
    try:
        with open(path, encoding="utf-8") as file:
            print("signs", len(file.read()))
    except (OSError, ValueError):
        print("no such text")


def names(event):
    for record in event["Records"]:
        yield str(json.loads(record["Sns"]["Message"])["text"])


def vulnerable(event, context):
    for name in names(event):
        if ".." in unquote(name) or unquote(name).startswith("/"):
            print("refused")
            continue
        counted(os.path.join(FOLDER, unquote(unquote(name))))


def safe(event, context):
    for name in names(event):
        while name != unquote(name):
            name = unquote(name)
        if ".." in name or name.startswith("/"):
            print("refused")
            continue
        counted(os.path.join(FOLDER, name))
