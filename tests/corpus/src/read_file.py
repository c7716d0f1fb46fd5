import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "texts")


def vulnerable(event, context):
    name = event["pathParameters"]["name"]
    try:
        with open(os.path.join(FOLDER, name + ".txt")) as file:
            return {"statusCode": 200, "body": file.read()}
    except (OSError, ValueError):
        return {"statusCode": 404, "body": "no such text"}


def safe(event, context):
    name = event["pathParameters"]["name"]
    path = os.path.realpath(os.path.join(FOLDER, os.path.basename(name).replace("\0", "") + ".txt"))
    if not path.startswith(os.path.realpath(FOLDER) + os.sep):
        return {"statusCode": 404, "body": "no such text"}
    try:
        with open(path) as file:
            return {"statusCode": 200, "body": file.read()}
    except OSError:
        return {"statusCode": 404, "body": "no such text"}
