"""A declared trigger in the words which event templates claim, and the facts that go with it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from harness.discovery.naming import function_url, queue_url
from harness.discovery.parameters import ACCOUNT, REGION
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import Resource, Stack

_KEY_TYPES = {"String": "S", "Number": "N", "Binary": "B"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One declared way in.

    `words` has the SAM event type under `sam` (also for what plain CloudFormation declares), and
    what narrows it down: `via` (what feeds the topic or queue), `payload` (format version of an
    HTTP API), `source` (of an EventBridge pattern), `event` (family of an S3 event), `trigger`
    (of a user pool).
    """

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
        "function_arn": function.arn,
    }


def source_name(stack: Stack, value: Any) -> str | None:
    """The logical id of the resource that a resolved value means."""
    resource = stack.by_value(value)
    return resource.name if resource is not None else None


def batch_size(properties: Mapping[str, Any]) -> int | None:
    """BatchSize of an event source mapping."""
    declared = str(properties.get("BatchSize"))
    return int(declared) if declared.isdigit() else None


def route_facts(path: Any, method: Any, stage: str, api_id: str) -> dict[str, str]:
    """Facts of an HTTP route; `path` "$default" is an HTTP API's route for all that is left."""
    verb = str(method or "ANY").upper()
    verb = "ANY" if verb in ("X-AMAZON-APIGATEWAY-ANY-METHOD", "*") else verb
    rest = path in (None, "$default", "/$default")
    where = "/" if rest else f"/{str(path).lstrip('/')}"
    return {
        "path": where,
        "method": verb,
        "route_key": "$default" if rest else f"{verb} {where}",
        "api_id": api_id,
        "stage": stage,
        "domain": f"{api_id}.execute-api.{REGION}.amazonaws.com",
    }


def url_facts(function: Resource) -> dict[str, str]:
    """Facts of a function URL, which takes every path and method."""
    domain = function_url(function.physical).removeprefix("https://").rstrip("/")
    facts = route_facts("$default", "ANY", "$default", domain.split(".")[0])
    return base_facts(function) | facts | {"domain": domain}


def bucket_facts(bucket: str, event: Any, rules: Any) -> dict[str, str]:
    """Facts of an S3 notification; prefix and suffix only when its filter has rules.

    `event` is one or several of S3's event types; an upload goes before anything else.
    """
    events = [str(item) for item in (event if isinstance(event, list) else [event]) if item]
    first = min(events or ["s3:ObjectCreated:*"], key=lambda e: "ObjectCreated" not in e)
    facts = {"bucket": bucket, "bucket_arn": f"arn:aws:s3:::{bucket}"}
    created = first.removeprefix("s3:")
    facts["event"] = created.replace(
        ":*", ":Put" if created.startswith("ObjectCreated") else ":Delete"
    )
    key = mapping(mapping(rules).get("S3Key") or mapping(rules).get("Key"))
    wanted = {
        str(rule.get("Name", "")).lower(): str(rule.get("Value", ""))
        for rule in mappings(key.get("Rules") or key.get("FilterRules"))
    }
    return facts | ({"prefix": "", "suffix": ""} | wanted if wanted else {})


def event_families(event: Any) -> list[list[str]]:
    """S3's event types by family (ObjectCreated, ...): each has an event of its own form."""
    families: dict[str, list[str]] = {}
    for one in event if isinstance(event, list) else [event]:
        if one:
            families.setdefault(str(one).removeprefix("s3:").split(":")[0], []).append(str(one))
    # An upload goes before anything else.
    return sorted(families.values(), key=lambda f: "ObjectCreated" not in f[0]) or [[]]


def topic_facts(topic: str) -> dict[str, str]:
    """Facts of a topic, by its ARN."""
    return {
        "topic_arn": topic,
        "topic_name": topic.rsplit(":", 1)[-1],
        "subscription_arn": f"{topic}:21be56ed-a058-49f5-8c98-aedd2564c486",
    }


def queue_facts(queue: str) -> dict[str, str]:
    """Facts of a queue, by its ARN."""
    name = queue.rsplit(":", 1)[-1]
    return {"queue_arn": queue, "queue_name": name, "queue_url": queue_url(name)}


def kinesis_facts(stream: str) -> dict[str, str]:
    """Facts of a Kinesis stream, by its ARN or that of a consumer of it."""
    return {"stream_arn": stream, "stream": stream.partition("/consumer/")[0].rsplit("/", 1)[-1]}


def table_stream_facts(stack: Stack, stream: str) -> dict[str, str]:
    """Facts of a table's stream, by its ARN; the keys only of a table of this stack."""
    table_arn = stream.split("/stream/", 1)[0]
    facts = {
        "stream_arn": stream,
        "table_arn": table_arn,
        "table": table_arn.rsplit("/", 1)[-1],
    }
    table = stack.by_value(stream)
    return facts | {"keys_json": json.dumps(_keys(table))} if table is not None else facts


def _keys(table: Resource) -> dict[str, Any]:
    if table.kind == "AWS::Serverless::SimpleTable":
        key = mapping(table.properties.get("PrimaryKey"))
        name = key.get("Name", "id")
        return {
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": _KEY_TYPES.get(str(key.get("Type")), "S")}
            ],
        }
    return {key: table.properties.get(key, []) for key in ("KeySchema", "AttributeDefinitions")}


def rule_facts(name: str, pattern: Any = None, bus: Any = None) -> dict[str, str]:
    """Facts of an EventBridge rule: the first source and detail-type that its pattern asks for."""
    facts = {
        "rule": name,
        "rule_arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}",
        "bus": str(bus or "default").rsplit("/", 1)[-1],
    }
    pattern = _parsed(pattern)
    if not pattern:
        return facts
    facts["pattern_json"] = json.dumps(pattern)
    bucket = _within(pattern, "detail", "bucket")
    key = _within(pattern, "detail", "object")
    wanted = {
        "source": _first(pattern.get("source")),
        "detail_type": _first(pattern.get("detail-type")),
        "bucket": _first(bucket.get("name")),
        "prefix": _first(key.get("key")),
    }
    return facts | {name: value for name, value in wanted.items() if value}


def narrowed(pattern: Any) -> list[Any]:
    """A pattern for each source and detail-type which a rule's pattern lets through, that first."""
    read = _parsed(pattern)
    asked = {
        key: read[key]
        for key in ("source", "detail-type")
        if isinstance(read.get(key), list) and read[key]
    }
    ways = [
        [[one, *(other for other in several if other != one)] for one in several]
        for several in asked.values()
    ]
    if not any(len(way) > 1 for way in ways):
        return [pattern]
    return [{**read, **dict(zip(asked, each, strict=True))} for each in product(*ways)]


def rule_words(
    kind: str, facts: Mapping[str, str], bus: Any = None, target: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """The words of an EventBridge rule: templates may claim a source or one of its events.

    What a target makes of the event (InputPath, InputTransformer) has a shape of its own:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    Calls that CloudTrail saw look alike whichever service was called; partners have buses and
    sources of their own.
    """
    own = target or {}
    if own.get("InputTransformer") or own.get("InputPath") not in (None, "", "$"):
        return {"sam": "Invoke", "via": "eventbridge"}
    said = {k: facts[k] for k in ("source", "detail_type") if k in facts}
    if said.get("detail_type", "").endswith("via CloudTrail"):
        return {"sam": kind, "via": "cloudtrail"}
    if any(name.startswith("aws.partner") for name in (said.get("source", ""), str(bus))):
        return {"sam": kind, "partner": "true"}
    return {"sam": kind} | said


def iot_words(sql: str) -> dict[str, str]:
    """Which of the registry's own events a rule selects, if it does.

    https://docs.aws.amazon.com/iot/latest/developerguide/registry-events.html
    """
    match = re.search(r"FROM\s+['\"]\$aws/events/(\w+)", sql, re.IGNORECASE)
    if match is None:
        return {}
    return {"topic": re.sub(r"(?<=[a-z])(?=[A-Z])", "-", match.group(1)).lower()}


def pool_words(stack: Stack, pool: Resource, value: Any) -> dict[str, str]:
    """What narrows down a user pool's trigger: the version of its event, a provider of SAML."""
    version = mapping(value).get("LambdaVersion")
    providers = stack.of_kind("AWS::Cognito::UserPoolIdentityProvider")
    saml = any(
        p.properties.get("ProviderType") == "SAML"
        and p.properties.get("UserPoolId") == pool.physical
        for p in providers
    )
    return ({"version": str(version)} if version else {}) | ({"provider": "SAML"} if saml else {})


def schedule_facts(name: str, expression: Any, given: Any) -> dict[str, str]:
    """Facts of a schedule; `input` is the static JSON which the function gets instead."""
    facts = rule_facts(name) | {"schedule": str(expression or "")}
    if given:
        facts["input"] = given if isinstance(given, str) else json.dumps(given)
    return facts


def _parsed(pattern: Any) -> Mapping[str, Any]:
    """A pattern; plain CloudFormation takes it as JSON text too."""
    try:
        return mapping(json.loads(pattern) if isinstance(pattern, str) else pattern)
    except ValueError:
        return {}


def _within(value: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = mapping(value).get(key)
    return mapping(value)


def _first(wanted: Any) -> str | None:
    """A value that matches the first alternative of a pattern's field."""
    alternatives: Iterable[Any] = wanted if isinstance(wanted, list) else ()
    for one in alternatives:
        text = (one.get("prefix") or one.get("suffix")) if isinstance(one, dict) else one
        if isinstance(text, str):
            return text
    return None
