"""Queues that feed a function, and who may send to them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from harness.discovery.live.policies import remember_senders
from harness.discovery.live.view import Found, View, resource


def read_queues(view: View) -> Found:
    """AWS::SQS::Queue for each queue that a function reads; who may send is looked at next."""
    for arn in sorted(view.callers.get("sqs", ())):
        name = arn.rsplit(":", 1)[-1]
        if not name:
            continue
        told = view.one("sqs", "get_queue_url", QueueName=name)
        if not told:
            continue
        attributes = view.one(
            "sqs",
            "get_queue_attributes",
            QueueUrl=told["QueueUrl"],
            AttributeNames=["All"],
        ).get("Attributes", {})
        remember_senders(view, attributes.get("Policy"))
        yield (
            f"sqs:{name}",
            resource(
                "AWS::SQS::Queue",
                QueueName=name,
                FifoQueue=name.endswith(".fifo"),
                VisibilityTimeout=attributes.get("VisibilityTimeout"),
            ),
        )
