import json
import re


def vulnerable(event, context):
    mail = str(json.loads(event["body"])["mail"])
    valid = re.match(r"^([a-z0-9]+\.?)+@example\.com$", mail) is not None
    return {"statusCode": 200, "body": json.dumps({"valid": valid})}


def safe(event, context):
    mail = str(json.loads(event["body"])["mail"])
    valid = re.match(r"^[a-z0-9][a-z0-9.]{0,60}@example\.com$", mail) is not None
    return {"statusCode": 200, "body": json.dumps({"valid": valid})}
