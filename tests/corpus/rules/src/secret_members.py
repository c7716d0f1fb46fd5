import hashlib
import json
import os

import boto3

members = boto3.resource("dynamodb").Table("members")


def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body, default=str)}


def join(event, context):
    body = json.loads(event["body"])
    salt = os.urandom(8)
    digest = hashlib.scrypt(str(body["password"]).encode(), salt=salt, n=1024, r=8, p=1)
    kept = (salt + digest).hex()
    members.put_item(Item={"mail": str(body["mail"]), "name": str(body["name"]), "passwordHash": kept})
    return answer(201, {"joined": True})


def listed(shown):
    return answer(200, [shown(member) for member in members.scan(Limit=20)["Items"]])


def vulnerable(event, context):
    return listed(lambda member: member)


def safe(event, context):
    return listed(lambda member: {"name": member["name"], "status": member.get("status")})
