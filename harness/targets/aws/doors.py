"""Front doors: the call of a service after which the cloud itself makes an event.

What the sender writes goes through; all else in the event is the service's own to fill in. Each
door takes one record.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from harness.deployed.journal import Created
from harness.targets.aws.causes import Cause, Facts, Unsendable
from harness.targets.aws.senders import firehose, iot, mail, sign_up


def _record(event: Any) -> Any:
    records = event["Records"]
    if len(records) != 1:
        raise Unsendable("a front door takes one record at a time")
    return records[0]


def _s3(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""
    where = {"Bucket": facts["bucket"], "Key": unquote_plus(_record(event)["s3"]["object"]["key"])}
    created = Created(service="s3", remove="delete_object", parameters=where)
    return Cause(
        service="s3",
        operation="put_object",
        parameters={**where, "Body": b"", "IfNoneMatch": "*"},
        created=created,
    )


def _sqs(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""
    record = _record(event)
    group = record.get("attributes", {}).get("MessageGroupId")
    fifo = facts["queue_name"].endswith(".fifo")
    more = {
        "MessageGroupId": str(group or "sample"),
        "MessageDeduplicationId": str(record.get("messageId", "sample")),
    }
    return Cause(
        service="sqs",
        operation="send_message",
        parameters={
            "QueueUrl": facts["queue_url"],
            "MessageBody": record["body"],
            **(more if fifo else {}),
        },
    )


def _sns(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
    message = _record(event)["Sns"]
    subject = message.get("Subject")
    return Cause(
        service="sns",
        operation="publish",
        parameters={
            "TopicArn": facts["topic_arn"],
            "Message": message["Message"],
            **({"Subject": subject} if subject else {}),
        },
    )


def _events(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"], ensure_ascii=False),
        "EventBusName": facts.get("bus", "default"),
    }
    return Cause(service="events", operation="put_events", parameters={"Entries": [entry]})


def _kinesis(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html"""
    record = _record(event)["kinesis"]
    return Cause(
        service="kinesis",
        operation="put_record",
        parameters={
            "StreamName": facts["stream"],
            "Data": base64.b64decode(record["data"]),
            "PartitionKey": record["partitionKey"],
        },
    )


def _dynamodb(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"""
    row = _record(event)["dynamodb"]
    table, keys = facts["table"], row["Keys"]
    created = Created(
        service="dynamodb", remove="delete_item", parameters={"TableName": table, "Key": keys}
    )
    return Cause(
        service="dynamodb",
        operation="put_item",
        parameters={
            "TableName": table,
            "Item": {**row["NewImage"], **keys},
            "ConditionExpression": "attribute_not_exists(#k)",
            "ExpressionAttributeNames": {"#k": next(iter(keys))},
        },
        created=created,
    )


# event template -> its door
DOORS: Mapping[str, Callable[[Any, Facts], Cause]] = {
    "aws.s3.object-created": _s3,
    "aws.sqs.message": _sqs,
    "aws.sqs.fifo-message": _sqs,
    "aws.sns.message": _sns,
    "aws.eventbridge.event": _events,
    "aws.kinesis.record": _kinesis,
    "aws.dynamodb.stream": _dynamodb,
    "aws.firehose.transformation": firehose,
    "aws.iot.rule": iot,
    "aws.cognito.pre-sign-up": sign_up,
    "aws.ses.receipt": mail,
}


def cause(event: bytes, template: str, facts: Facts) -> Cause:
    """The call that makes the cloud send such an event. Raises Unsendable."""
    try:
        return DOORS[template](json.loads(event), facts)
    except Unsendable:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise Unsendable(f"the event is not one that {template} can have") from error
