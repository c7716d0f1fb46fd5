import json

import boto3
from boto3.dynamodb.conditions import Key

model = boto3.client("bedrock-runtime")
diary = boto3.resource("dynamodb").Table("diary")


def write(customer, now, text):
    diary.put_item(Item={"customer": customer, "written": now, "text": text})


def answer(question, pages):
    asked = "Answer from these pages: " + json.dumps([page.get("text") for page in pages])
    try:
        told = model.converse(
            modelId="amazon.nova-lite-v1:0",
            system=[{"text": "You answer questions about a diary."}],
            messages=[{"role": "user", "content": [{"text": asked + "\n" + question}]}],
        )
        said = told["output"]["message"]["content"][0]["text"]
    except Exception:
        said = "no answer"
    return {"statusCode": 200, "body": json.dumps({"length": len(said)})}


def customer_of(event):
    return event["requestContext"].get("accountId") or "nobody"


def question_of(event):
    query = event.get("queryStringParameters") or {}
    return str(query.get("question", "What did I do?"))


def vulnerable(event, context):
    return answer(question_of(event), diary.scan()["Items"])


def safe(event, context):
    own = diary.query(KeyConditionExpression=Key("customer").eq(customer_of(event)))
    return answer(question_of(event), own["Items"])
