"""Queues, topics, buses and streams."""

from collections.abc import Mapping
from typing import Any

from harness.model import ResolvedResource
from harness.observers.cloud.resources.context import Provision, flag, physical_name

# RedrivePolicy is left out: it wants the other queue to be there first, and what it does takes
# more receives than one invocation makes.
_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
)


def queue(provision: Provision, resource: ResolvedResource) -> None:
    declared = resource.properties
    attributes = {
        name: str(declared[name]).lower()
        for name in _QUEUE_ATTRIBUTES
        if isinstance(declared.get(name), str | int)
    }
    if flag(declared.get("FifoQueue")):
        attributes["FifoQueue"] = "true"
    provision.inside.call(
        "sqs", "CreateQueue", {"QueueName": physical_name(resource), "Attributes": attributes}
    )


def topic(provision: Provision, resource: ResolvedResource) -> None:
    declared = resource.properties
    attributes = {
        name: "true"
        for name in ("FifoTopic", "ContentBasedDeduplication")
        if flag(declared.get(name))
    }
    name = physical_name(resource)
    provision.inside.call("sns", "CreateTopic", {"Name": name, "Attributes": attributes})
    for each in declared.get("Subscription") or ():
        _subscribe(provision, provision.arn("sns", name), each)


def subscription(provision: Provision, resource: ResolvedResource) -> None:
    _subscribe(provision, resource.properties.get("TopicArn"), resource.properties)


def _subscribe(provision: Provision, topic_arn: Any, declared: Mapping[str, Any]) -> None:
    """Queues only: functions are called by the campaign, and nothing else is here to be told."""
    endpoint = declared.get("Endpoint")
    if declared.get("Protocol") != "sqs" or not isinstance(endpoint, str):
        return
    raw = {"RawMessageDelivery": "true"} if flag(declared.get("RawMessageDelivery")) else {}
    provision.inside.call(
        "sns",
        "Subscribe",
        {"TopicArn": topic_arn, "Protocol": "sqs", "Endpoint": endpoint, "Attributes": raw},
    )


def bus(provision: Provision, resource: ResolvedResource) -> None:
    name = physical_name(resource).removeprefix("event-bus/")
    if name != "default":
        provision.inside.call("events", "CreateEventBus", {"Name": name})


def stream(provision: Provision, resource: ResolvedResource) -> None:
    name = physical_name(resource).removeprefix("stream/")
    shards = int(resource.properties.get("ShardCount") or 1)
    provision.inside.call("kinesis", "CreateStream", {"StreamName": name, "ShardCount": shards})
