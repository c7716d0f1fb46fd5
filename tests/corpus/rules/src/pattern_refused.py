import re


def _checked(event, pattern):
    for record in event["Records"]:
        tag = record["Sns"]["Message"][:200]
        if re.match(pattern, tag) is None:
            print("odd tag")
            raise ValueError("not a tag")


def vulnerable(event, context):
    _checked(event, r"^([a-z0-9]+[ -]?)+$")


def safe(event, context):
    _checked(event, r"^[a-z0-9][a-z0-9 -]*$")
