import os

FOLDER = os.path.dirname(os.path.abspath(__file__))


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return {"statusCode": 200, "body": str(len(file.read()))}
    except (OSError, ValueError):
        return {"statusCode": 404, "body": "no such file"}


def below(name):
    path = os.path.realpath(os.path.join(FOLDER, "texts", name.replace("\0", "")))
    if not path.startswith(os.path.join(os.path.realpath(FOLDER), "texts") + os.sep):
        return {"statusCode": 404, "body": "no such file"}
    return read(path)

import json
from urllib.parse import unquote


def vulnerable(event, context):
    name = str(json.loads(event["body"])["file"])
    if ".." in name or name.startswith("/"):
        return {"statusCode": 400, "body": "bad name"}
    return read(FOLDER + "/texts/" + unquote(name))


def safe(event, context):
    return below(unquote(str(json.loads(event["body"])["file"])))
