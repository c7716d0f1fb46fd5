import json

import boto3

model = boto3.client("bedrock-runtime")
s3 = boto3.client("s3")


def ask(text):
    request = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Rate from 1 to 5: " + text}],
    }
    try:
        answer = model.invoke_model(
            modelId="anthropic.claude-3-haiku-20240307-v1:0", body=json.dumps(request)
        )
        return json.loads(answer["body"].read())["content"][0]["text"]
    except Exception:
        return "0"


def store(rating):
    s3.put_object(Bucket="reports", Key="ratings.txt", Body=rating.encode("utf-8", "replace"))


def vulnerable(event, context):
    for record in event["Records"]:
        store(ask(str(json.loads(record["body"])["review"])))


def safe(event, context):
    for record in event["Records"]:
        rating = ask(str(json.loads(record["body"])["review"])).strip()
        store(rating if rating in ("1", "2", "3", "4", "5") else "0")
