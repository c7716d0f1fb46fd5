import json

import boto3

ssm = boto3.client("ssm")
sns = boto3.client("sns")


def publish(message):
    topic = sns.create_topic(Name="reminders")["TopicArn"]
    sns.publish(TopicArn=topic, Message=json.dumps(message))


def key():
    return ssm.get_parameter(Name="/shop/api-key", WithDecryption=True)["Parameter"]["Value"]


def vulnerable(event, context):
    publish({"order": str(event["order"]), "key": key()})


def safe(event, context):
    publish({"order": str(event["order"]), "key": bool(key())})
