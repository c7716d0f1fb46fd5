"""Triggers which SAM functions declare under `Events`, and function URLs.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.discovery.access import sam_access, url_access
from harness.discovery.apis import api_facts
from harness.discovery.feeders import feeder, mailed, queue_words
from harness.discovery.schemas import model_facts
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import Stack
from harness.discovery.words import (
    Declared,
    base_facts,
    batch_size,
    bucket_facts,
    kinesis_facts,
    queue_facts,
    route_facts,
    rule_facts,
    rule_words,
    schedule_facts,
    source_name,
    table_stream_facts,
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
                    words={"sam": "FunctionUrl"}, facts=url_facts(function) | url_access(config)
                ),
            )


def _each(kind: str, properties: Properties) -> Iterator[Properties]:
    """A user pool's event may list several of its triggers; each has an event of its own."""
    triggers = properties.get("Trigger") if kind == "Cognito" else None
    if not isinstance(triggers, list):
        yield properties
        return
    for trigger in triggers:
        yield {**properties, "Trigger": trigger}


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
    return Declared(
        words={"sam": kind}
        | ({"payload": "1.0"} if kind == "HttpApi" and version == "1.0" else {}),
        facts=described
        | sam_access(stack, kind, stack.by_value(api), properties)
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


def _sqs(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    queue = str(properties.get("Queue", ""))
    via, facts = feeder(stack, queue)
    return Declared(
        words={"sam": kind} | (via or queue_words(queue)),
        facts=facts | queue_facts(queue),
        source=source_name(stack, queue),
    )


def _stream(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    stream = str(properties.get("Stream", ""))
    read = kinesis_facts(stream) if kind == "Kinesis" else table_stream_facts(stack, stream)
    return Declared(words={"sam": kind}, facts=read, source=source_name(stack, stream))


def _rule(stack: Stack, kind: str, logical: str, properties: Properties) -> Declared:
    bus = properties.get("EventBusName")
    facts = rule_facts(str(properties.get("RuleName") or logical), properties.get("Pattern"), bus)
    source = source_name(stack, facts.get("bucket")) or source_name(stack, bus)
    return Declared(words=rule_words(kind, facts), facts=facts, source=source or logical)


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


def _topics(stack: Stack, kind: str, _: str, properties: Properties) -> Declared:
    """Kafka, MQ, DocumentDB, IoT and logs: of these the declaration says little."""
    given = {
        fact: properties[key]
        for fact, key in _GIVEN.items()
        if isinstance(properties.get(key), str)
    }
    topics = properties.get("Topics") or properties.get("Queues")
    if isinstance(topics, list) and topics:
        given["topic"] = str(topics[0])
    value = next((given[fact] for fact in ("stream_arn", "broker_arn") if fact in given), None)
    value = value or given.get("cluster_arn") or given.get("log_group")
    words = {"sam": kind} | _engine(stack, kind, properties)
    return Declared(words=words, facts=given, source=source_name(stack, value))


def _engine(stack: Stack, kind: str, properties: Properties) -> dict[str, str]:
    """Of brokers only RabbitMQ has virtual hosts; a broker of the stack says its engine itself."""
    broker = stack.by_value(properties.get("Broker")) if kind == "MQ" else None
    said = str(broker.properties.get("EngineType")) if broker is not None else ""
    access = mappings(properties.get("SourceAccessConfigurations"))
    if said.upper() == "RABBITMQ" or any(a.get("Type") == "VIRTUAL_HOST" for a in access):
        return {"engine": "rabbitmq"}
    return {}


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


_GIVEN = {
    "stream_arn": "Stream",
    "broker_arn": "Broker",
    "cluster_arn": "Cluster",
    "log_group": "LogGroupName",
    "sql": "Sql",
    "database": "DatabaseName",
    "collection": "CollectionName",
}
_READERS: Mapping[str, Callable[[Stack, str, str, Properties], Declared]] = {
    "Api": _http,
    "HttpApi": _http,
    "S3": _s3,
    "SNS": _sns,
    "SQS": _sqs,
    "DynamoDB": _stream,
    "Kinesis": _stream,
    "EventBridgeRule": _rule,
    "CloudWatchEvent": _rule,
    "Schedule": _schedule,
    "ScheduleV2": _schedule,
    "Cognito": _user_pool,
    "CloudWatchLogs": _topics,
    "DocumentDB": _topics,
    "IoTRule": _topics,
    "MQ": _topics,
    "MSK": _topics,
    "SelfManagedKafka": _topics,
    # No events of SAM's: other descriptions have them.
    "ALB": _load_balancer,
    "CloudFront": _edge,
    "Invoke": _integration,
    "WebSocket": _socket,
}
