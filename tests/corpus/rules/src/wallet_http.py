import json

import boto3

sns = boto3.client("sns")


def count(value):
    try:
        return max(0, int(value))
    except (ValueError, TypeError, OverflowError):
        return 0


def send(times):
    topic = sns.create_topic(Name="reminders")["TopicArn"]
    for number in range(times):
        sns.publish(TopicArn=topic, Message=f"reminder {number}")


def vulnerable(event, context):
    send(min(count(json.loads(event["body"])["times"]), 150))
    return {"statusCode": 202, "body": "sent"}


def safe(event, context):
    send(min(count(json.loads(event["body"])["times"]), 5))
    return {"statusCode": 202, "body": "sent"}
