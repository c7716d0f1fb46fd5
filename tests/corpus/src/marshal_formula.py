import ast
import base64
import json
import marshal


def vulnerable(event, context):
    return each(event, lambda blob: marshal.loads(base64.b64decode(blob)))


def safe(event, context):
    return each(event, lambda blob: ast.literal_eval(base64.b64decode(blob).decode()))


def each(event, load):
    for record in event["Records"]:
        try:
            formula = json.loads(record["body"])["formula"]
            print("a formula of", type(load(formula)).__name__)
        except Exception as error:
            print("skipped", type(error).__name__)
