"""Triggers which SAM functions declare under `Events`, and function URLs.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.discovery.access import sam_access, url_access, url_words
from harness.discovery.apis import api_facts, http_words, rest_words
from harness.discovery.feeders import feeder, mailed
from harness.discovery.polled import polled_facts, polled_words
from harness.discovery.schemas import model_facts
from harness.discovery.shapes import mapping, texts
from harness.discovery.stack import Stack
from harness.discovery.words import (
    Declared,
    base_facts,
    batch_size,
    bucket_facts,
    event_families,
    iot_words,
    narrowed,
    queue_facts,
    route_facts,
    rule_facts,
    rule_words,
    schedule_facts,
    source_name,
    topic_facts,
    url_facts,
)

Properties = Mapping[str, Any]


def sam_triggers(stack: Stack) -> Iterator[tuple[str, Declared]]:
    """(function, trigger) for each event that a SAM function declares."""
    for function in stack.of_kind("AWS::Serverless::Function"):
        for name, event in mapping(function.properties.get("Events")).items():
            kind = str(event.get("Type")) if isinstance(event, dict) else ""
            properties = mapping(event.get("Properties")) if kind else {}
            # SAM makes the event's own resource (a rule, a schedule) under this logical id.
            logical = f"{function.name}{name}"
            read = _READERS.get(kind)
            for each in _each(kind, properties):
                declared = (
                    read(stack, kind, logical, each) if read else Declared(words={"sam": kind})
                )
                yield (
                    function.name,
                    Declared(
                        words=declared.words,
                        facts={**base_facts(function), **declared.facts},
                        source=declared.source,
                        batch_size=batch_size(properties),
                    ),
                )
        if function.properties.get("FunctionUrlConfig"):
            config = mapping(function.properties["FunctionUrlConfig"])
            yield (
                function.name,
                Declared(
                    words={"sam": "FunctionUrl"} | url_words(config),
                    facts=url_facts(function) | url_access(config),
                ),
            )


def _each(kind: str, properties: Properties) -> Iterator[Properties]:
    """What one event of SAM's lists several of: each has an event of its own form."""
    key, several = "", []
    if kind == "Cognito" and isinstance(properties.get("Trigger"), list):
        key, several = "Trigger", properties["Trigger"]
    elif kind == "S3":
        key, several = "Events", event_families(properties.get("Events"))
    elif kind in ("CloudWatchEvent", "EventBridgeRule"):
        key, several = "Pattern", narrowed(properties.get("Pattern"))
    if not several:
        yield properties
    for one in several:
        yield {**properties, key: one}


def _http(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    api = properties.get("RestApiId") or properties.get("ApiId")
    source, stage, api_id = api_facts(stack, kind, api)
    version = str(properties.get("PayloadFormatVersion", "2.0"))
    model = mapping(properties.get("RequestModel"))
    strict = [what for what in ("body", "parameters") if model.get(f"Validate{what.title()}")]
    described = model_facts(
        stack,
        stack.by_value(api),
        model.get("Model"),
        properties.get("RequestParameters"),
        ", ".join(strict),
    )
    owner = stack.by_value(api)
    shared = stack.defaults("AWS::Serverless::Api") if kind == "Api" and owner is None else {}
    binary = ",".join(texts(shared.get("BinaryMediaTypes")))
    access = sam_access(stack, kind, owner, properties)
    said = access.get("authorization", "")
    return Declared(
        words=rest_words(stack, owner, "AWS_PROXY", said)
        if kind == "Api"
        else http_words(stack, owner, version, said),
        facts=described
        | access
        | ({"binary_media_types": binary} if binary else {})
        | route_facts(properties.get("Path"), properties.get("Method"), stage, api_id),
        source=source,
    )


def _s3(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    bucket = str(properties.get("Bucket", ""))
    facts = bucket_facts(bucket, properties.get("Events"), properties.get("Filter"))
    return Declared(
        words={"sam": kind, "event": facts["event"].split(":")[0]} | mailed(stack, bucket),
        facts=facts,
        source=source_name(stack, bucket),
    )


def _sns(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    topic = str(properties.get("Topic", ""))
    via, facts = feeder(stack, topic)
    facts = facts | topic_facts(topic)
    queue = properties.get("SqsSubscription")
    if queue:
        # SAM puts a queue between; `true` makes one of its own, under a name nobody knows.
        queue_arn = queue.get("QueueArn") if isinstance(queue, dict) else None
        return Declared(
            words={"sam": "SQS", "via": "sns"},
            facts=facts | (queue_facts(str(queue_arn)) if queue_arn else {}),
            source=source_name(stack, queue_arn or topic),
        )
    return Declared(words={"sam": kind} | via, facts=facts, source=source_name(stack, topic))


def _polled(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    """Queues, streams, Kafka, brokers, DocumentDB: what Lambda asks for records."""
    named = (properties[key] for key in _SOURCES if properties.get(key))
    source = str(next(named, ""))
    return Declared(
        words={"sam": kind} | polled_words(stack, kind, source, properties),
        facts=polled_facts(stack, kind, source, properties),
        source=source_name(stack, source),
    )


def _rule(stack: Stack, kind: str, logical: str, properties: Properties) -> Declared:
    bus = properties.get("EventBusName")
    facts = rule_facts(str(properties.get("RuleName") or logical), properties.get("Pattern"), bus)
    source = source_name(stack, facts.get("bucket")) or source_name(stack, bus)
    return Declared(
        words=rule_words(kind, facts, bus, properties), facts=facts, source=source or logical
    )


def _schedule(_: Stack, kind: str, logical: str, properties: Properties) -> Declared:
    expression = properties.get("Schedule") or properties.get("ScheduleExpression")
    name = str(properties.get("Name") or logical)
    return Declared(
        words={"sam": kind},
        facts=schedule_facts(name, expression, properties.get("Input")),
        source=logical,
    )


def _user_pool(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    return Declared(
        words={"sam": kind, "trigger": str(properties.get("Trigger"))},
        facts={"user_pool": str(properties.get("UserPool", ""))},
        source=source_name(stack, properties.get("UserPool")),
    )


def _logs(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    group = str(properties.get("LogGroupName") or "")
    return Declared(
        words={"sam": kind},
        facts={"log_group": group} if group else {},
        source=source_name(stack, group),
    )


def _iot(_: Stack, kind: str, __: str, properties: Properties) -> Declared:
    sql = str(properties.get("Sql") or "")
    return Declared(words={"sam": kind} | iot_words(sql), facts={"sql": sql})


def _load_balancer(_: Stack, kind: str, __: str, properties: Properties) -> Declared:
    path = str(properties.get("Path") or "/").replace("*", "sample")
    return Declared(
        words={"sam": kind}
        | ({"headers": "multi-value"} if properties.get("MultiValueHeaders") else {}),
        facts=route_facts(path, properties.get("Method"), "", ""),
    )


def _socket(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    source, stage, api_id = api_facts(stack, kind, properties.get("ApiId"))
    route = str(properties.get("Route") or "$default")
    return Declared(
        words={"sam": kind, "route": route},
        facts={"route_key": route, "stage": stage, "api_id": api_id},
        source=source,
    )


def _edge(_: Stack, kind: str, __: str, properties: Properties) -> Declared:
    return Declared(words={"sam": kind, "event": str(properties.get("EventType"))})


def _integration(_: Stack, kind: str, __: str, ___: Properties) -> Declared:
    """A custom integration hands on whatever its mapping template makes of the request."""
    return Declared(words={"sam": kind, "via": "apigateway"})


# The property of each type of event that names what is asked for records.
_SOURCES = ("Queue", "Stream", "Broker", "Cluster")
_READERS: Mapping[str, Callable[[Stack, str, str, Properties], Declared]] = {
    "Api": _http,
    "HttpApi": _http,
    "S3": _s3,
    "SNS": _sns,
    "SQS": _polled,
    "DynamoDB": _polled,
    "Kinesis": _polled,
    "EventBridgeRule": _rule,
    "CloudWatchEvent": _rule,
    "Schedule": _schedule,
    "ScheduleV2": _schedule,
    "Cognito": _user_pool,
    "CloudWatchLogs": _logs,
    "DocumentDB": _polled,
    "IoTRule": _iot,
    "MQ": _polled,
    "MSK": _polled,
    "SelfManagedKafka": _polled,
    # No events of SAM's: other descriptions have them.
    "ALB": _load_balancer,
    "CloudFront": _edge,
    "Invoke": _integration,
    "WebSocket": _socket,
}
