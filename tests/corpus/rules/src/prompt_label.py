import json

import boto3

model = boto3.client("bedrock-runtime")
LABELS = ("refund", "question", "praise")


def ask(text):
    try:
        answer = model.converse(
            modelId="anthropic.claude-3-haiku-20240307-v1:0",
            system=[{"text": "Answer with one of: refund, question, praise."}],
            messages=[{"role": "user", "content": [{"text": text}]}],
        )
        return answer["output"]["message"]["content"][0]["text"]
    except Exception:
        return ""


def vulnerable(event, context):
    label = ask("Classify this mail: " + str(json.loads(event["body"])["mail"]))
    return {"statusCode": 200, "body": json.dumps({"label": label})}


def safe(event, context):
    label = ask("Classify this mail: " + str(json.loads(event["body"])["mail"])).strip().lower()
    return {"statusCode": 200, "body": json.dumps({"label": label if label in LABELS else "other"})}
