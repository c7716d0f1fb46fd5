import json
from urllib.parse import quote, unquote


def download(name):
    headers = {"Content-Type": "text/plain", "Content-Disposition": f"attachment; filename={name}"}
    return {"statusCode": 200, "headers": headers, "body": "report"}


def vulnerable(event, context):
    name = str(json.loads(event["body"])["name"]).replace("\r", "").replace("\n", "")
    return download(unquote(name))


def safe(event, context):
    name = unquote(str(json.loads(event["body"])["name"]))
    return download(quote(name.encode("utf-8", "replace")))
