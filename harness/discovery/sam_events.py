"""Triggers which SAM functions declare under `Events`, and function URLs.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.stack import Resource, Stack
from harness.discovery.words import (
    Declared,
    base_facts,
    bucket_facts,
    feeder,
    queue_facts,
    route_facts,
    rule_facts,
    rule_words,
    stream_facts,
    topic_facts,
)


def sam_triggers(stack: Stack) -> Iterator[tuple[str, Declared]]:
    """(function, trigger) for each event that a SAM function declares."""
    for function in stack.of_kind("AWS::Serverless::Function"):
        events = function.properties.get("Events") or {}
        for name, event in events.items():
            if isinstance(event, dict) and isinstance(event.get("Type"), str):
                properties = event.get("Properties") or {}
                yield (
                    function.name,
                    _declared(stack, function, f"{function.name}{name}", event["Type"], properties),
                )
        if function.properties.get("FunctionUrlConfig"):
            yield function.name, Declared(words={"sam": "FunctionUrl"}, facts=base_facts(function))


def _declared(
    stack: Stack, function: Resource, name: str, kind: str, properties: Mapping[str, Any]
) -> Declared:
    facts = base_facts(function)
    words = {"sam": kind}
    source: str | None = None
    if kind in ("Api", "HttpApi"):
        api = properties.get("RestApiId") or properties.get("ApiId")
        resource = stack.by_value(api) if api else None
        source = (
            resource.name if resource else f"Serverless{'Rest' if kind == 'Api' else 'Http'}Api"
        )
        stage = "Prod" if kind == "Api" else "$default"
        if resource is not None:
            stage = str(resource.properties.get("StageName", stage))
        facts |= route_facts(
            properties.get("Path", "$default"), properties.get("Method", "ANY"), stage
        )
        if str(properties.get("PayloadFormatVersion", "")) == "1.0":
            words["payload"] = "1.0"
    elif kind == "S3":
        bucket = str(properties.get("Bucket", ""))
        source = _name(stack, bucket)
        facts |= bucket_facts(bucket, properties.get("Events"), properties.get("Filter"))
    elif kind == "SNS":
        topic = str(properties.get("Topic", ""))
        source = _name(stack, topic)
        facts |= topic_facts(topic)
        _via(stack, topic, words, facts)
        if properties.get("SqsSubscription"):
            words = {"sam": "SQS", "via": "sns"}
    elif kind == "SQS":
        queue = str(properties.get("Queue", ""))
        source = _name(stack, queue)
        facts |= queue_facts(queue)
        _via(stack, queue, words, facts)
    elif kind in ("DynamoDB", "Kinesis"):
        stream = str(properties.get("Stream", ""))
        resource = stack.by_value(stream)
        source = resource.name if resource else None
        table = resource if kind == "DynamoDB" else None
        facts |= stream_facts(stream, table)
    elif kind in ("EventBridgeRule", "CloudWatchEvent"):
        bus = properties.get("EventBusName")
        source = _name(stack, str(bus)) if bus else None
        facts |= rule_facts(properties.get("Pattern"), bus, str(properties.get("RuleName", name)))
        words = rule_words(kind, facts)
    elif kind in ("Schedule", "ScheduleV2"):
        facts |= rule_facts(None, None, str(properties.get("Name", name)))
        facts["schedule"] = str(
            properties.get("Schedule", properties.get("ScheduleExpression", ""))
        )
        if properties.get("Input"):
            text = properties["Input"]
            facts["input"] = text if isinstance(text, str) else json.dumps(text)
    batch = properties.get("BatchSize")
    return Declared(
        words=words,
        facts=facts,
        source=source,
        batch_size=batch if isinstance(batch, int) else None,
    )


def _via(stack: Stack, value: str, words: dict[str, str], facts: dict[str, str]) -> None:
    via, more = feeder(stack, value)
    if via is not None:
        words["via"] = via
        for key, text in more.items():
            facts.setdefault(key, text)


def _name(stack: Stack, value: str) -> str | None:
    resource = stack.by_value(value)
    return resource.name if resource is not None else None
