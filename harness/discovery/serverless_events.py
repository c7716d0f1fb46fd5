"""The Serverless Framework's function events, as events and resources of SAM.

https://www.serverless.com/framework/docs/providers/aws/guide/events
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.discovery.serverless_access import http_access, judge, plain, resource, rest_access
from harness.discovery.shapes import mapping, mappings, texts

_KINESIS_OR_TABLE = {"kinesis": "Kinesis", "dynamodb": "DynamoDB"}


@dataclass(slots=True)
class Translated:
    """What a function's events become: SAM events by name, and resources by logical id."""

    events: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Service:
    """What events need to know of their service: the stage, and logical ids of its functions."""

    stage: str
    functions: Mapping[str, str]
    http_payload: str = "2.0"
    http_authorizers: Mapping[str, Any] = field(default_factory=dict)


Event = tuple[str, dict[str, Any]]
Given = Mapping[str, Any]
# Of an event as it is written, and as a mapping (empty when it is none).
Reader = Callable[[Any, Given, Translated, Service], Iterator[Event]]


def translated(events: Any, service: Service) -> Translated:
    """The `events` of a function. What is not understood is noted."""
    made = Translated()
    for entry in events if isinstance(events, list) else []:
        for kind, value in ({entry: None} if isinstance(entry, str) else mapping(entry)).items():
            reader = _READERS.get(str(kind))
            if reader is None:
                made.notes.append(f"its event {kind} is not known; not tested")
                continue
            for sam, properties in reader(value, mapping(value), made, service):
                properties = {key: given for key, given in properties.items() if given is not None}
                made.events[f"Event{len(made.events)}"] = {"Type": sam, "Properties": properties}
    return made


def logical(name: str) -> str:
    """The beginning of logical ids, as the framework makes it of a function's name."""
    plain = re.sub(r"[^0-9A-Za-z]", "", name.replace("-", "Dash").replace("_", "Underscore"))
    return plain[:1].upper() + plain[1:]


def _route(value: Any, given: Given) -> tuple[str, str]:
    """(method, path) of `GET /users`, `*`, or of a mapping with both."""
    text = value if isinstance(value, str) else str(given.get("path", "*"))
    method, _, path = text.strip().rpartition(" ")
    method = str(given.get("method", method) or "ANY")
    return ("ANY", "$default") if path == "*" and not given.get("method") else (method, path)


def _http(
    value: Any, given: Mapping[str, Any], made: Translated, service: Service
) -> Iterator[Event]:
    api = {"Ref": "ApiGatewayRestApi"}
    made.resources["ApiGatewayRestApi"] = resource("AWS::ApiGateway::RestApi")
    made.resources["ApiGatewayDeployment"] = resource(
        "AWS::ApiGateway::Deployment", RestApiId=api, StageName=service.stage
    )
    method, path = _route(value, given)
    request = mapping(given.get("request"))
    event = {
        "RestApiId": api,
        "Method": method,
        "Path": f"/{path.lstrip('/')}",
        "RequestParameters": list(_parameters(mapping(request.get("parameters")))) or None,
    }
    schemas = mapping(request.get("schemas") or request.get("schema"))
    schema = mapping(schemas.get("application/json"))
    if schema:
        name = f"{plain(method)}{plain(path)}Model"
        schema = mapping(schema.get("schema")) or schema
        made.resources[name] = resource("AWS::ApiGateway::Model", RestApiId=api, Schema=schema)
        event["RequestModel"] = {"Model": name}
    judge(given.get("authorizer"), "REQUEST", made.resources, service.functions)
    event["Auth"] = rest_access(given.get("authorizer"))
    custom = str(given.get("integration", "")).lower() in ("lambda", "aws")
    yield ("Api" if not custom else "Invoke"), event


def _parameters(declared: Mapping[str, Any]) -> Iterator[Any]:
    """SAM's form of the parameters that a route validates."""
    places = {"querystrings": "querystring", "headers": "header", "paths": "path"}
    for key, place in places.items():
        for name, wanted in mapping(declared.get(key)).items():
            required = wanted if isinstance(wanted, bool) else bool(mapping(wanted).get("required"))
            yield {f"method.request.{place}.{name}": {"Required": required}}


def _http_api(
    value: Any, given: Mapping[str, Any], made: Translated, service: Service
) -> Iterator[Event]:
    made.resources["HttpApi"] = resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP")
    method, path = _route(value, given)
    yield (
        "HttpApi",
        {
            "ApiId": {"Ref": "HttpApi"},
            "Method": method.replace("*", "ANY"),
            "Path": path,
            "PayloadFormatVersion": service.http_payload,
            "Auth": http_access(
                given.get("authorizer"), service.http_authorizers, made.resources, service.functions
            ),
        },
    )


def _websocket(
    value: Any, given: Mapping[str, Any], made: Translated, service: Service
) -> Iterator[Event]:
    made.resources["WebsocketsApi"] = resource("AWS::ApiGatewayV2::Api", ProtocolType="WEBSOCKET")
    judge(given.get("authorizer"), "WEBSOCKET", made.resources, service.functions)
    route = value if isinstance(value, str) else given.get("route")
    yield "WebSocket", {"ApiId": {"Ref": "WebsocketsApi"}, "Route": route}


def _s3(value: Any, given: Given, made: Translated, _: Service) -> Iterator[Event]:
    bucket = value if isinstance(value, str) else given.get("bucket")
    rules = [
        {"Name": name, "Value": wanted}
        for rule in mappings(given.get("rules"))
        for name, wanted in rule.items()
    ]
    if isinstance(bucket, str) and not given.get("existing"):
        name = f"S3Bucket{plain(bucket)}"
        made.resources[name] = resource("AWS::S3::Bucket", BucketName=bucket)
    yield (
        "S3",
        {
            "Bucket": bucket,
            "Events": given.get("event", "s3:ObjectCreated:*"),
            "Filter": {"S3Key": {"Rules": rules}} if rules else None,
        },
    )


def _sns(value: Any, given: Given, made: Translated, _: Service) -> Iterator[Event]:
    topic = value if isinstance(value, str) else given.get("arn") or given.get("topicName")
    if "Ref" in given or "Fn::GetAtt" in given:
        topic = value
    if isinstance(topic, str) and not topic.startswith("arn:"):
        name = f"SNSTopic{plain(topic)}"
        made.resources[name] = resource("AWS::SNS::Topic", TopicName=topic)
        topic = {"Ref": name}
    yield "SNS", {"Topic": topic}


def _filters(given: Given) -> Any:
    """Patterns are written as YAML, where CloudFormation has them as text."""
    patterns = [{"Pattern": json.dumps(one)} for one in mappings(given.get("filterPatterns"))]
    return {"Filters": patterns} if patterns else None


def _polled(kind: str, property: str, access: Any = None) -> Reader:
    """Sources that are asked for records: an ARN, or a mapping with one."""

    def read(value: Any, given: Given, _: Translated, __: Service) -> Iterator[Event]:
        known = "arn" in given
        yield (
            kind,
            {
                property: given.get("arn") if known else value,
                "BatchSize": given.get("batchSize"),
                "FilterCriteria": _filters(given),
                "SourceAccessConfigurations": access,
                "Topics": list(texts(given["topic"])) if "topic" in given else None,
                "Queues": list(texts(given["queue"])) if "queue" in given else None,
            },
        )

    return read


def _kafka(_: Any, given: Given, __: Translated, ___: Service) -> Iterator[Event]:
    yield (
        "SelfManagedKafka",
        {"BatchSize": given.get("batchSize"), "Topics": list(texts(given.get("topic")))},
    )


def _stream(value: Any, given: Given, _: Translated, __: Service) -> Iterator[Event]:
    arn = given.get("arn", value)
    said = str(given.get("type") or ("dynamodb" if ":dynamodb:" in str(arn) else "kinesis"))
    kind = _KINESIS_OR_TABLE.get(said, "Kinesis")
    yield (
        kind,
        {
            "Stream": arn,
            "BatchSize": given.get("batchSize"),
            "TumblingWindowInSeconds": given.get("tumblingWindowInSeconds"),
            "FilterCriteria": _filters(given),
        },
    )


def _schedule(value: Any, given: Given, _: Translated, __: Service) -> Iterator[Event]:
    rates = given.get("rate", value)
    fixed = given.get("input")
    if isinstance(fixed, dict) and set(fixed) == {"body"}:
        fixed = fixed["body"]
    kind = "ScheduleV2" if given.get("method") == "scheduler" else "Schedule"
    for rate in rates if isinstance(rates, list) else [rates]:
        key = "ScheduleExpression" if kind == "ScheduleV2" else "Schedule"
        yield kind, {key: rate, "Input": fixed, "Name": given.get("name")}


def _event_bridge(
    _: Any, given: Mapping[str, Any], __: Translated, ___: Service
) -> Iterator[Event]:
    if "schedule" in given:
        yield "Schedule", {"Schedule": given["schedule"], "Input": given.get("input")}
    else:
        bus, pattern = given.get("eventBus"), given.get("pattern")
        yield (
            "EventBridgeRule",
            {
                "Pattern": pattern,
                "EventBusName": bus,
                "InputPath": given.get("inputPath"),
                "InputTransformer": given.get("inputTransformer"),
            },
        )


def _rule(_: Any, given: Given, __: Translated, ___: Service) -> Iterator[Event]:
    yield "CloudWatchEvent", {"Pattern": given.get("event")}


def _logs(value: Any, given: Given, _: Translated, __: Service) -> Iterator[Event]:
    yield "CloudWatchLogs", {"LogGroupName": given.get("logGroup", value)}


def _user_pool(_: Any, given: Given, made: Translated, __: Service) -> Iterator[Event]:
    pool = str(given.get("pool", ""))
    name = f"CognitoUserPool{plain(pool)}"
    if not given.get("existing"):
        made.resources[name] = resource("AWS::Cognito::UserPool", UserPoolName=pool)
    owner = pool if given.get("existing") else {"Ref": name}
    yield "Cognito", {"UserPool": owner, "Trigger": given.get("trigger")}


def _iot(_: Any, given: Given, __: Translated, ___: Service) -> Iterator[Event]:
    yield "IoTRule", {"Sql": given.get("sql")}


def _alb(_: Any, given: Given, __: Translated, ___: Service) -> Iterator[Event]:
    conditions = mapping(given.get("conditions"))
    yield (
        "ALB",
        {
            "Path": (*texts(conditions.get("path")), "/")[0],
            "Method": (*texts(conditions.get("method")), "ANY")[0],
            "MultiValueHeaders": bool(given.get("multiValueHeaders")),
        },
    )


def _cloud_front(_: Any, given: Given, __: Translated, ___: Service) -> Iterator[Event]:
    yield "CloudFront", {"EventType": given.get("eventType")}


def _named(kind: str) -> Reader:
    def read(_: Any, __: Given, ___: Translated, ____: Service) -> Iterator[Event]:
        yield kind, {}

    return read


_READERS: Mapping[str, Reader] = {
    "activemq": _polled("MQ", "Broker"),
    "alb": _alb,
    "alexaSkill": _named("AlexaSkill"),
    "alexaSmartHome": _named("AlexaSmartHome"),
    "cloudFront": _cloud_front,
    "cloudwatchEvent": _rule,
    "cloudwatchLog": _logs,
    "cognitoUserPool": _user_pool,
    "eventBridge": _event_bridge,
    "http": _http,
    "httpApi": _http_api,
    "iot": _iot,
    "iotFleetProvisioning": _named("IoTProvisioning"),
    "kafka": _kafka,
    "msk": _polled("MSK", "Stream"),
    "rabbitmq": _polled("MQ", "Broker", [{"Type": "VIRTUAL_HOST"}]),
    "s3": _s3,
    "schedule": _schedule,
    "sns": _sns,
    "sqs": _polled("SQS", "Queue"),
    "stream": _stream,
    "websocket": _websocket,
}
