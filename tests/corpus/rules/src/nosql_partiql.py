import json

import boto3

client = boto3.client("dynamodb")


def find(statement, **more):
    try:
        return len(client.execute_statement(Statement=statement, **more)["Items"])
    except Exception:
        return 0


def vulnerable(event, context):
    for record in event["Records"]:
        owner = json.loads(record["body"])["owner"]
        find(f"SELECT * FROM letters WHERE owner = '{owner}'")


def safe(event, context):
    for record in event["Records"]:
        owner = str(json.loads(record["body"])["owner"])
        find("SELECT * FROM letters WHERE owner = ?", Parameters=[{"S": owner}])
