import json


def vulnerable(event, context):
    user = json.loads(event["body"])["user"]
    print("login of", user)
    return {"statusCode": 204}


def safe(event, context):
    user = json.loads(event["body"])["user"]
    print("login of", repr(user))
    return {"statusCode": 204}
