"""A declared trigger in the words which event templates claim, and the facts that go with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.discovery.intrinsics import ACCOUNT, REGION
from harness.discovery.naming import arn
from harness.discovery.stack import Resource, Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """`words` has the SAM event type under `sam`, and what narrows it down (`via`, `payload`,
    `source`)."""

    words: Mapping[str, str]
    facts: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    batch_size: int | None = None


def base_facts(function: Resource) -> dict[str, str]:
    """Facts of every trigger."""
    return {
        "region": REGION,
        "account": ACCOUNT,
        "function_name": function.physical,
        "function_arn": arn(function.kind, function.physical),
    }


def route_facts(path: Any, method: Any, stage: str) -> dict[str, str]:
    """Facts of an HTTP route."""
    verb = str(method).upper()
    verb = "ANY" if verb in ("X-AMAZON-APIGATEWAY-ANY-METHOD", "ANY", "*") else verb
    where = str(path) if str(path).startswith("/") else f"/{path}"
    return {
        "path": where,
        "method": verb,
        "route_key": "$default" if path == "$default" else f"{verb} {where}",
        "api_id": "a1b2c3d4e5",
        "stage": stage,
        "domain": f"a1b2c3d4e5.execute-api.{REGION}.amazonaws.com",
    }


def bucket_facts(bucket: str, event: Any, rules: Any) -> dict[str, str]:
    """Facts of an S3 notification; prefix and suffix of its filter ("" when it has none)."""
    facts = {"bucket": bucket, "bucket_arn": f"arn:aws:s3:::{bucket}", "prefix": "", "suffix": ""}
    first = event[0] if isinstance(event, list) and event else event
    facts["event"] = str(first or "ObjectCreated:Put").removeprefix("s3:").replace(":*", ":Put")
    key = (rules or {}).get("S3Key") or (rules or {}).get("Key") or {}
    for rule in key.get("Rules") or key.get("FilterRules") or []:
        facts[str(rule.get("Name", "")).lower()] = str(rule.get("Value", ""))
    facts["suffix"] = facts["suffix"] or ".txt"
    return facts


def topic_facts(topic: str) -> dict[str, str]:
    return {
        "topic_arn": topic,
        "topic_name": topic.rsplit(":", 1)[-1],
        "subscription_arn": f"{topic}:21be56ed-a058-49f5-8c98-aedd2564c486",
    }


def queue_facts(queue: str) -> dict[str, str]:
    name = queue.rsplit(":", 1)[-1]
    return {
        "queue_arn": queue,
        "queue_name": name,
        "queue_url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
    }


def stream_facts(stream: str, table: Resource | None) -> dict[str, str]:
    """Facts of a DynamoDB or Kinesis stream."""
    facts = {"stream_arn": stream, "stream": stream.rsplit("/", 1)[-1]}
    if table is not None:
        facts["table"] = table.physical
        facts["table_arn"] = arn(table.kind, table.physical)
        facts["keys_json"] = json.dumps(
            {
                "KeySchema": table.properties.get("KeySchema", []),
                "AttributeDefinitions": table.properties.get("AttributeDefinitions", []),
            }
        )
    return facts


def rule_facts(pattern: Any, bus: Any, name: str) -> dict[str, str]:
    """Facts of an EventBridge rule: the first source and detail-type that its pattern asks for."""
    facts = {"rule": name, "rule_arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"}
    if bus:
        facts["bus"] = str(bus)
    if isinstance(pattern, dict):
        facts["pattern_json"] = json.dumps(pattern)
        for fact, key in (("source", "source"), ("detail_type", "detail-type")):
            wanted = pattern.get(key)
            first = wanted[0] if isinstance(wanted, list) and wanted else None
            if isinstance(first, str):
                facts[fact] = first
            elif isinstance(first, dict) and isinstance(first.get("prefix"), str):
                facts[fact] = first["prefix"]
    return facts


def rule_words(kind: str, facts: Mapping[str, str]) -> dict[str, str]:
    words = {"sam": kind}
    if "source" in facts:
        words["source"] = facts["source"]
    return words


def feeder(stack: Stack, arn_or_name: str) -> tuple[str | None, dict[str, str]]:
    """What feeds a topic or a queue (ses, s3, sns), and facts of the feeder."""
    for rule in stack.of_kind("AWS::SES::ReceiptRule"):
        for action in (rule.properties.get("Rule") or {}).get("Actions") or []:
            if (action.get("SNSAction") or {}).get("TopicArn") == arn_or_name:
                return "ses", recipient_facts(rule)
    for bucket in stack.of_kind("AWS::S3::Bucket"):
        wanted = bucket.properties.get("NotificationConfiguration") or {}
        for key in ("TopicConfigurations", "QueueConfigurations"):
            for entry in wanted.get(key) or []:
                if arn_or_name in (entry.get("Topic"), entry.get("Queue")):
                    return "s3", bucket_facts(
                        bucket.physical, entry.get("Event"), entry.get("Filter")
                    )
    for subscription in stack.of_kind("AWS::SNS::Subscription"):
        properties = subscription.properties
        raw = str(properties.get("RawMessageDelivery", "")).lower() == "true"
        if properties.get("Endpoint") == arn_or_name and not raw:
            return "sns", topic_facts(str(properties.get("TopicArn", "")))
    for topic in stack.of_kind("AWS::SNS::Topic"):
        for entry in topic.properties.get("Subscription") or []:
            if isinstance(entry, dict) and entry.get("Endpoint") == arn_or_name:
                return "sns", topic_facts(arn(topic.kind, topic.physical))
    return None, {}


def recipient_facts(rule: Resource) -> dict[str, str]:
    body = rule.properties.get("Rule") or {}
    recipients = body.get("Recipients") or []
    facts = {"rule": str(body.get("Name", rule.name))}
    if recipients:
        first = str(recipients[0])
        facts["recipient"] = first if "@" in first else f"inbox@{first.lstrip('.')}"
    return facts
