import json

import boto3

sns = boto3.client("sns")


def tell(topic, notice):
    try:
        sns.publish(TopicArn=topic, Message=json.dumps(notice), Subject="notice")
    except Exception:
        print("not told")


def vulnerable(event, context):
    for record in event["Records"]:
        notice = json.loads(record["Sns"]["Message"])
        tell(record["Sns"]["TopicArn"], {"text": notice["text"], "channel": "all"})


def safe(event, context):
    for record in event["Records"]:
        notice = json.loads(record["Sns"]["Message"])
        if notice.get("channel") != "all":
            tell(sns.create_topic(Name="all-channels")["TopicArn"], {"text": notice["text"], "channel": "all"})
