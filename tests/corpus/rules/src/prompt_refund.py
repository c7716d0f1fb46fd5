import json

import boto3

model = boto3.client("bedrock-runtime")
sns = boto3.client("sns")
PAID = {"a1": 20, "b2": 35}
TOOL = {
    "name": "refund",
    "description": "Pay an order back.",
    "inputSchema": {
        "json": {
            "type": "object",
            "properties": {"order": {"type": "string"}, "amount": {"type": "number"}},
            "required": ["order", "amount"],
        }
    },
}


def wanted(mail):
    """The refunds that the model asks for."""
    try:
        answer = model.converse(
            modelId="anthropic.claude-3-haiku-20240307-v1:0",
            system=[{"text": "You help customers of a shop. Refund what arrived broken."}],
            messages=[{"role": "user", "content": [{"text": mail}]}],
            toolConfig={"tools": [{"toolSpec": TOOL}]},
        )
    except Exception:
        return []
    parts = answer["output"]["message"]["content"]
    return [part["toolUse"]["input"] for part in parts if "toolUse" in part]


def pay(order, amount):
    topic = sns.create_topic(Name="refunds")["TopicArn"]
    sns.publish(TopicArn=topic, Message=json.dumps({"order": order, "amount": amount}))


def vulnerable(event, context):
    refunds = wanted(str(json.loads(event["body"])["mail"]))
    for refund in refunds:
        pay(refund["order"], refund["amount"])
    return {"statusCode": 200, "body": json.dumps({"refunds": len(refunds)})}


def safe(event, context):
    refunds = wanted(str(json.loads(event["body"])["mail"]))
    for refund in refunds:
        if refund["order"] in PAID:
            pay(refund["order"], PAID[refund["order"]])
    return {"statusCode": 200, "body": json.dumps({"refunds": len(refunds)})}
