import json

import boto3

table = boto3.resource("dynamodb").Table("devices")


def store(item):
    try:
        table.put_item(Item=item)
    except Exception:
        print("not stored")


def vulnerable(event, context):
    for record in event["Records"]:
        account = json.loads(record["Sns"]["Message"])["account"]
        account.setdefault("isAdmin", "no")
        store({"id": "a1", "mail": str(account.get("mail")), "isAdmin": account["isAdmin"]})


def safe(event, context):
    for record in event["Records"]:
        account = json.loads(record["Sns"]["Message"])["account"]
        store({"id": "a1", "mail": str(account.get("mail")), "isAdmin": "no"})
