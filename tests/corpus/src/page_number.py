import json


def vulnerable(event, context):
    page = (event.get("queryStringParameters") or {}).get("page", "1")
    return {"statusCode": 200, "body": json.dumps({"offset": (int(page) - 1) * 20})}


def safe(event, context):
    page = (event.get("queryStringParameters") or {}).get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return {"statusCode": 200, "body": json.dumps({"offset": (number - 1) * 20})}
