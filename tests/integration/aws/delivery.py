"""What Lambda does with what became of an asynchronous call: it goes to a destination.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.integration.aws.account import Account


def deliver(shop: Account, arn: str, function: str, record: Mapping[str, Any]) -> None:
    """Send a record of a run to where an ARN says, as Lambda sends it there."""
    text = json.dumps(record)
    service, name = arn.split(":")[2], arn.rsplit(":", 1)[1]
    if service == "sqs":
        shop.client("sqs").send_message(QueueUrl=_url(shop, name), MessageBody=text)
    elif service == "sns":
        told = shop.client("sns").list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        functions = [s["Endpoint"].rsplit(":", 1)[1] for s in told if s["Protocol"] == "lambda"]
        for one in functions:  # in which moto would start containers
            event = {"EventSource": "aws:sns", "Sns": {"TopicArn": arn, "Message": text}}
            shop.invoke(one, {"Records": [event]})
        if not functions:
            shop.client("sns").publish(TopicArn=arn, Message=text)
    elif service == "lambda":
        shop.invoke(name, record)
    elif service == "events":
        failed = "functionError" in record.get("responseContext", {})
        result = "Failure" if failed else "Success"
        event = {
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {result}",
            "Detail": text,
            "EventBusName": name.removeprefix("event-bus/"),
        }
        shop.client("events").put_events(Entries=[event])
    else:
        now = datetime.now(UTC)
        key = f"aws/lambda/async/{function}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
        shop.client("s3").put_object(Bucket=name, Key=key, Body=text.encode())


def bury(shop: Account, arn: str, request_id: str, message: str) -> None:
    """Send an event that failed to a dead-letter queue or topic, as Lambda sends it there."""
    attributes = {
        name: {"DataType": kind, "StringValue": value}
        for name, kind, value in (
            ("RequestID", "String", request_id),
            ("ErrorCode", "Number", "200"),
            ("ErrorMessage", "String", message),
        )
    }
    if ":sns:" in arn:
        shop.client("sns").publish(TopicArn=arn, Message="{}", MessageAttributes=attributes)
    else:
        url = _url(shop, arn.rsplit(":", 1)[1])
        shop.client("sqs").send_message(
            QueueUrl=url, MessageBody="{}", MessageAttributes=attributes
        )


def _url(shop: Account, name: str) -> str:
    return str(shop.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])
