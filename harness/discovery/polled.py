"""Event source mappings: what one says of the records that Lambda reads for its function.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

import json
from collections.abc import Mapping
from typing import Any

from harness.discovery.feeders import feeder, logged_into, queue_words
from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import Stack
from harness.discovery.words import kinesis_facts, queue_facts, table_stream_facts

# The property of a mapping (or of SAM's event) that holds the topics, queues, names.
_GIVEN = {
    "database": "DatabaseName",
    "collection": "CollectionName",
}
_SCHEMAS = ("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig")
_REMOVED = ["REMOVE"]


def polled_words(
    stack: Stack, kind: str, source: str, properties: Mapping[str, Any]
) -> dict[str, str]:
    """What narrows down the type of the event, beside `sam`."""
    if kind == "SQS":
        return feeder(stack, source)[0] or queue_words(source)
    if kind in ("Kinesis", "DynamoDB"):
        if str(properties.get("TumblingWindowInSeconds") or 0) != "0":
            return {"window": "tumbling"}
        if kind == "Kinesis":
            return {"via": "logs"} if logged_into(stack, source) else {}
        return {"event": "REMOVE"} if _only_removed(properties) else {}
    if kind in ("MSK", "SelfManagedKafka"):
        configured = [properties, *(mapping(properties.get(key)) for key in _SCHEMAS)]
        registry = any(one.get("SchemaRegistryConfig") for one in configured)
        return {"via": "schema-registry"} if registry else {}
    return _engine(stack, source, properties) if kind == "MQ" else {}


def polled_facts(
    stack: Stack, kind: str, source: str, properties: Mapping[str, Any]
) -> dict[str, str]:
    """Facts of the source: names, ARNs, the keys of a table."""
    if kind == "SQS":
        return feeder(stack, source)[1] | queue_facts(source)
    if kind == "Kinesis":
        return kinesis_facts(source)
    if kind == "DynamoDB":
        return table_stream_facts(stack, source)
    configured = {**mapping(properties.get("DocumentDBEventSourceConfig")), **properties}
    facts = {fact: str(configured[key]) for fact, key in _GIVEN.items() if configured.get(key)}
    named = {"MQ": "broker_arn", "DocumentDB": "cluster_arn", "MSK": "stream_arn"}.get(kind)
    if named is not None and source:
        facts[named] = source
    for topic in (*texts(properties.get("Topics")), *texts(properties.get("Queues"))):
        return {"topic": topic} | facts
    return facts


def _only_removed(properties: Mapping[str, Any]) -> bool:
    """Whether each filter lets nothing but removed items through."""
    filters = mappings(mapping(properties.get("FilterCriteria")).get("Filters"))
    names = []
    for one in filters:
        try:
            names.append(mapping(json.loads(str(one.get("Pattern")))).get("eventName"))
        except ValueError:
            return False
    return bool(names) and all(name == _REMOVED for name in names)


def _engine(stack: Stack, source: str, properties: Mapping[str, Any]) -> dict[str, str]:
    """Of brokers only RabbitMQ has virtual hosts; a broker of the stack says its engine itself."""
    broker = stack.by_value(source)
    said = str(broker.properties.get("EngineType")) if broker is not None else ""
    access = mappings(properties.get("SourceAccessConfigurations"))
    if said.upper() == "RABBITMQ" or any(a.get("Type") == "VIRTUAL_HOST" for a in access):
        return {"engine": "rabbitmq"}
    return {}
