import json

import boto3

secrets = boto3.client("secretsmanager")


def password():
    return secrets.get_secret_value(SecretId="shop/database")["SecretString"]


def vulnerable(event, context):
    for record in event["Records"]:
        mode = json.loads(record["body"])["mode"]
        if mode == "debug":
            print("connecting with", password())


def safe(event, context):
    for record in event["Records"]:
        mode = json.loads(record["body"])["mode"]
        if mode == "debug":
            print("connecting with a password of", len(password()), "signs")
