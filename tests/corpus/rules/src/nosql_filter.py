import json

import boto3
from boto3.dynamodb.conditions import Attr

client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("letters")


def answer(count):
    return {"statusCode": 200, "body": json.dumps({"count": count})}


def vulnerable(event, context):
    field = json.loads(event["body"])["search"]["field"]
    try:
        found = client.scan(
            TableName="letters",
            FilterExpression="attribute_exists(" + str(field) + ") AND id <> :i",
            ExpressionAttributeValues={":i": {"S": "none"}},
        )
    except Exception:
        return answer(0)
    return answer(found["Count"])


def safe(event, context):
    field = json.loads(event["body"])["search"]["field"]
    try:
        found = table.scan(FilterExpression=Attr("kind").eq(str(field)))
    except Exception:
        return answer(0)
    return answer(found["Count"])
