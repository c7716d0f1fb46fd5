import hashlib
import hmac
import json
import os

import boto3

table = boto3.client("dynamodb")


def _keep(name, value):
    table.put_item(TableName=os.environ["TABLE"], Item={"id": {"S": name}, "value": {"S": value}})


def ship(event, context):
    for record in event["Records"]:
        asked = json.loads(record["Sns"]["Message"])
        _keep("shipment", f"{asked['quantity']} of {asked['sku']}")


def ship_checked(event, context):
    for record in event["Records"]:
        asked = json.loads(record["Sns"]["Message"])
        if not isinstance(asked["quantity"], int) or not 1 <= asked["quantity"] <= 99:
            print("refused")
            continue
        _keep("shipment", f"{asked['quantity']} of {asked['sku']}")


def welcome(event, context):
    for record in event["Records"]:
        _keep("member", json.loads(json.loads(record["body"])["body"])["name"])


def welcome_signed(event, context):
    for record in event["Records"]:
        sent = json.loads(record["body"])
        mark = hmac.new(os.environ["SIGNING"].encode(), sent["body"].encode(), hashlib.sha256)
        if not hmac.compare_digest(mark.hexdigest(), sent["mark"]):
            print("not from us")
            continue
        _keep("member", json.loads(sent["body"])["name"])
