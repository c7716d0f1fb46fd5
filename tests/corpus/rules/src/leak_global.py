import json

cart = []


def total(cart, item):
    cart.append(item)
    return {"statusCode": 200, "body": json.dumps({"cart": cart[-3:]})}


def vulnerable(event, context):
    return total(cart, str(json.loads(event["body"])["item"]))


def safe(event, context):
    return total([], str(json.loads(event["body"])["item"]))
