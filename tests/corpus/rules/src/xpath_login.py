import json

from lxml import etree

USERS = etree.fromstring("<users><user><name>ada</name></user></users>")


def vulnerable(event, context):
    name = json.loads(event["body"])["name"]
    try:
        found = USERS.xpath(f"//user[name='{name}']")
    except Exception:
        found = []
    return {"statusCode": 200, "body": json.dumps({"known": bool(found)})}


def safe(event, context):
    name = json.loads(event["body"])["name"]
    try:
        found = USERS.xpath("//user[name=$name]", name=str(name))
    except Exception:
        found = []
    return {"statusCode": 200, "body": json.dumps({"known": bool(found)})}
