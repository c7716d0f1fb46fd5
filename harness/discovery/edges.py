"""What flows where beyond triggers: what functions write to, and what resources hand on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from harness.discovery.feeders import notifications, receipt_actions, subscriptions
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.model import Edge, Function

_TARGETS = {
    "SNSAction": "TopicArn",
    "S3Action": "BucketName",
    "StopAction": "TopicArn",
    "BounceAction": "TopicArn",
}
# What takes records out of a queue or a stream, or looks at it, and puts nothing in: the grants of
# a poller (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html and
# https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, with-ddb.html beside it).
_POLLED = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage*",
    "sqs:ChangeMessageVisibility*",
    "sqs:Get*",
    "kinesis:Get*",
    "kinesis:Describe*",
    "kinesis:List*",
    "kinesis:SubscribeToShard",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
)


def edges(stack: Stack, found: Sequence[Function]) -> Iterator[Edge]:
    """Edges of functions to resources and functions, and between resources."""
    for function in found:
        named = dict.fromkeys(_named(stack, function))
        yield from (Edge(origin=function.name, to=name, via="environment") for name in named)
        granted = dict.fromkeys(_granted(stack, function))
        yield from (
            Edge(origin=function.name, to=name, via="policy")
            for name in granted
            if name not in named
        )
    yield from _destinations(stack)
    yield from _fed(stack)


def _named(stack: Stack, function: Function) -> Iterator[str]:
    """Resources that the environment names."""
    for value in function.environment.values():
        resource = stack.by_value(value)
        if resource is not None and resource.name != function.name:
            yield resource.name


def _granted(stack: Stack, function: Function) -> Iterator[str]:
    """Resources that its role lets it reach by their own ARN (a mere `*` says nothing).

    What only takes from a queue or a stream flows the other way: the trigger tells of it.
    """
    for policy in function.policies:
        if policy.get("Effect") != "Allow" or _polls(policy):
            continue
        for pattern in policy.get("Resource", ()):
            for resource in stack.resources.values():
                if resource.name != function.name and _covers(pattern, resource):
                    yield resource.name


def _polls(policy: Mapping[str, Any]) -> bool:
    """Whether a statement lets a function do no more than a poller does."""
    granted = [str(action).lower() for action in policy.get("Action", ())]
    return bool(granted) and all(
        any(fnmatchcase(action, polled.lower()) for polled in _POLLED) for action in granted
    )


def _covers(pattern: str, resource: Resource) -> bool:
    """`arn`, `arn/*`, `arn:*`, and `arn*` mean the resource or what is in it."""
    if not resource.arn:
        return False
    return re.fullmatch(rf"{re.escape(resource.arn)}([/:].*|\*)?", pattern) is not None


def _destinations(stack: Stack) -> Iterator[Edge]:
    """Asynchronous results of functions, and records they failed on."""
    for function in stack.of_kind(*FUNCTIONS):
        config = mapping(function.properties.get("EventInvokeConfig"))
        for when, target in mapping(config.get("DestinationConfig")).items():
            resource = stack.by_value(mapping(target).get("Destination"))
            if resource is not None:
                yield Edge(origin=function.name, to=resource.name, via=_spaced(str(when)))
        dead = function.properties.get("DeadLetterConfig")
        dead = mapping(dead or function.properties.get("DeadLetterQueue"))
        resource = stack.by_value(dead.get("TargetArn"))
        if resource is not None:
            yield Edge(origin=function.name, to=resource.name, via="dead-letter")


def _fed(stack: Stack) -> Iterator[Edge]:
    """Receipt rules, buckets, topics and rules that feed a resource which is no function."""
    for rule, action in receipt_actions(stack):
        for kind, key in _TARGETS.items():
            value = mapping(action.get(kind)).get(key)
            yield from _edge(stack, rule.name, value, "ses-receipt")
    for bucket, target, _ in notifications(stack):
        yield from _edge(stack, bucket.name, target, "s3-notification")
    for topic, entry in subscriptions(stack):
        origin = stack.by_value(topic)
        if origin is not None:
            yield from _edge(stack, origin.name, entry.get("Endpoint"), "sns-subscription")
    for rule in stack.of_kind("AWS::Events::Rule"):
        for sink in mappings(rule.properties.get("Targets")):
            yield from _edge(stack, rule.name, sink.get("Arn"), "eventbridge-rule")


def _edge(stack: Stack, origin: str, value: object, via: str) -> Iterator[Edge]:
    resource = stack.by_value(value)
    if resource is not None and resource.kind not in FUNCTIONS:
        yield Edge(origin=origin, to=resource.name, via=via)


def _spaced(word: str) -> str:
    """OnFailure -> on-failure."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", word).lower()
