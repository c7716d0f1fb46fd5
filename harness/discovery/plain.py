"""Triggers wired by plain CloudFormation resources."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.discovery.words import (
    Declared,
    base_facts,
    bucket_facts,
    feeder,
    queue_facts,
    recipient_facts,
    route_facts,
    rule_facts,
    rule_words,
    stream_facts,
    topic_facts,
)

Found = Iterator[tuple[str, Declared]]


def plain_triggers(stack: Stack) -> Found:
    """(function, trigger) for everything outside of a SAM function's own `Events`."""
    yield from _event_sources(stack)
    yield from _notifications(stack)
    yield from _subscriptions(stack)
    yield from _rules(stack)
    yield from _routes(stack)
    yield from _definitions(stack)
    yield from _urls_and_targets(stack)
    yield from _others(stack)


def target_function(stack: Stack, value: Any) -> Resource | None:
    """The function that an ARN, a name, or an API integration's URI means."""
    text = str(value)
    if "/functions/" in text:
        text = text.split("/functions/", 1)[1].removesuffix("/invocations")
    for function in stack.of_kind(*FUNCTIONS):
        facts = base_facts(function)
        if text in (function.physical, facts["function_arn"]) or text.startswith(
            facts["function_arn"] + ":"
        ):
            return function
    return None


def _event_sources(stack: Stack) -> Found:
    for mapping in stack.of_kind("AWS::Lambda::EventSourceMapping"):
        properties = mapping.properties
        function = target_function(stack, properties.get("FunctionName"))
        source = str(properties.get("EventSourceArn", ""))
        if function is None:
            continue
        service = source.split(":")[2] if source.count(":") > 2 else ""
        kind = {"sqs": "SQS", "kinesis": "Kinesis", "dynamodb": "DynamoDB", "kafka": "MSK"}.get(
            service, "SelfManagedKafka" if "SelfManagedEventSource" in properties else "MQ"
        )
        resource = stack.by_value(source)
        facts = base_facts(function)
        words = {"sam": kind}
        if kind == "SQS":
            facts |= queue_facts(source)
            via, more = feeder(stack, source)
            if via is not None:
                words["via"] = via
                facts = {**more, **facts}
        elif kind in ("Kinesis", "DynamoDB"):
            facts |= stream_facts(source, resource if kind == "DynamoDB" else None)
        batch = properties.get("BatchSize")
        yield (
            function.name,
            Declared(
                words=words,
                facts=facts,
                source=resource.name if resource else None,
                batch_size=batch if isinstance(batch, int) else None,
            ),
        )


def _notifications(stack: Stack) -> Found:
    for bucket in stack.of_kind("AWS::S3::Bucket"):
        wanted = bucket.properties.get("NotificationConfiguration") or {}
        for entry in wanted.get("LambdaConfigurations") or []:
            function = target_function(stack, entry.get("Function"))
            if function is not None:
                facts = base_facts(function) | bucket_facts(
                    bucket.physical, entry.get("Event"), entry.get("Filter")
                )
                yield function.name, Declared(words={"sam": "S3"}, facts=facts, source=bucket.name)


def _subscriptions(stack: Stack) -> Found:
    for subscription in stack.of_kind("AWS::SNS::Subscription"):
        properties = subscription.properties
        if properties.get("Protocol") == "lambda":
            topic = str(properties.get("TopicArn", ""))
            yield from _subscribed(stack, topic, properties.get("Endpoint"))
    for topic_resource in stack.of_kind("AWS::SNS::Topic"):
        for entry in topic_resource.properties.get("Subscription") or []:
            if isinstance(entry, dict) and entry.get("Protocol") == "lambda":
                from_arn = f"arn:aws:sns:us-east-1:123456789012:{topic_resource.physical}"
                yield from _subscribed(stack, from_arn, entry.get("Endpoint"))


def _subscribed(stack: Stack, topic: str, endpoint: Any) -> Found:
    function = target_function(stack, endpoint)
    if function is None:
        return
    words = {"sam": "SNS"}
    via, more = feeder(stack, topic)
    if via is not None:
        words["via"] = via
    source = stack.by_value(topic)
    facts = {**more, **base_facts(function), **topic_facts(topic)}
    yield function.name, Declared(words=words, facts=facts, source=source.name if source else None)


def _rules(stack: Stack) -> Found:
    for rule in stack.of_kind("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        properties = rule.properties
        targets = properties.get("Targets") or [properties.get("Target") or {}]
        for target in targets:
            function = target_function(stack, (target or {}).get("Arn"))
            if function is None:
                continue
            pattern = properties.get("EventPattern")
            facts = base_facts(function) | rule_facts(
                pattern, properties.get("EventBusName"), rule.physical
            )
            if pattern:
                words = rule_words("EventBridgeRule", facts)
            else:
                words = {"sam": "Schedule"}
                facts["schedule"] = str(properties.get("ScheduleExpression", ""))
            yield function.name, Declared(words=words, facts=facts, source=rule.name)


def _routes(stack: Stack) -> Found:
    for method in stack.of_kind("AWS::ApiGateway::Method"):
        properties = method.properties
        function = target_function(stack, (properties.get("Integration") or {}).get("Uri"))
        if function is not None:
            path = _rest_path(stack, properties.get("ResourceId"))
            facts = base_facts(function) | route_facts(path, properties.get("HttpMethod"), "prod")
            yield function.name, Declared(words={"sam": "Api"}, facts=facts, source=method.name)
    for route in stack.of_kind("AWS::ApiGatewayV2::Route"):
        name = str(route.properties.get("Target", "")).removeprefix("integrations/")
        integration = stack.by_value(name)
        if integration is None:
            continue
        function = target_function(stack, integration.properties.get("IntegrationUri"))
        if function is not None:
            key = str(route.properties.get("RouteKey", "$default"))
            verb, _, path = key.partition(" ")
            facts = base_facts(function) | route_facts(path or "$default", verb, "$default")
            words = {"sam": "HttpApi"}
            if str(integration.properties.get("PayloadFormatVersion", "2.0")) == "1.0":
                words["payload"] = "1.0"
            yield function.name, Declared(words=words, facts=facts, source=route.name)


def _rest_path(stack: Stack, resource: Any) -> str:
    """The path of an AWS::ApiGateway::Resource, through its parents."""
    parts: list[str] = []
    current = stack.by_value(resource)
    while current is not None and current.kind == "AWS::ApiGateway::Resource" and len(parts) < 20:
        parts.append(str(current.properties.get("PathPart", "")))
        current = stack.by_value(current.properties.get("ParentId"))
    return "/" + "/".join(reversed(parts))


def _definitions(stack: Stack) -> Found:
    """Routes of an OpenAPI document inside the template."""
    kinds = {
        "AWS::Serverless::Api": ("Api", "DefinitionBody"),
        "AWS::Serverless::HttpApi": ("HttpApi", "DefinitionBody"),
        "AWS::ApiGateway::RestApi": ("Api", "Body"),
        "AWS::ApiGatewayV2::Api": ("HttpApi", "Body"),
    }
    for api in stack.of_kind(*kinds):
        kind, key = kinds[api.kind]
        paths = (api.properties.get(key) or {}).get("paths") or {}
        for path, operations in paths.items():
            for verb, operation in (operations or {}).items():
                if not isinstance(operation, dict):
                    continue
                integration = operation.get("x-amazon-apigateway-integration") or {}
                function = target_function(stack, integration.get("uri"))
                if function is not None:
                    facts = base_facts(function) | route_facts(path, verb, "prod")
                    yield function.name, Declared(words={"sam": kind}, facts=facts, source=api.name)


def _urls_and_targets(stack: Stack) -> Found:
    for url in stack.of_kind("AWS::Lambda::Url"):
        function = target_function(stack, url.properties.get("TargetFunctionArn"))
        if function is not None:
            yield (
                function.name,
                Declared(words={"sam": "FunctionUrl"}, facts=base_facts(function), source=url.name),
            )
    for group in stack.of_kind("AWS::ElasticLoadBalancingV2::TargetGroup"):
        for target in group.properties.get("Targets") or []:
            function = target_function(stack, target.get("Id"))
            if function is not None:
                facts = base_facts(function) | route_facts(_listened(stack, group), "ANY", "")
                yield function.name, Declared(words={"sam": "ALB"}, facts=facts, source=group.name)


def _listened(stack: Stack, group: Resource) -> str:
    """The path that a listener rule sends to a target group."""
    for rule in stack.of_kind("AWS::ElasticLoadBalancingV2::ListenerRule"):
        actions = rule.properties.get("Actions") or []
        arns = {str(action.get("TargetGroupArn")) for action in actions}
        if any(stack.by_value(value) == group for value in arns):
            for condition in rule.properties.get("Conditions") or []:
                config = condition.get("PathPatternConfig") or condition
                values = config.get("Values") or []
                if values and str(values[0]).startswith("/"):
                    return str(values[0]).replace("*", "sample")
    return "/"


def _others(stack: Stack) -> Found:
    for rule in stack.of_kind("AWS::SES::ReceiptRule"):
        for action in (rule.properties.get("Rule") or {}).get("Actions") or []:
            function = target_function(stack, (action.get("LambdaAction") or {}).get("FunctionArn"))
            if function is not None:
                facts = base_facts(function) | recipient_facts(rule)
                yield function.name, Declared(words={"sam": "SES"}, facts=facts, source=rule.name)
    for rule in stack.of_kind("AWS::IoT::TopicRule"):
        payload: Mapping[str, Any] = rule.properties.get("TopicRulePayload") or {}
        for action in payload.get("Actions") or []:
            function = target_function(stack, (action.get("Lambda") or {}).get("FunctionArn"))
            if function is not None:
                facts = base_facts(function)
                yield (
                    function.name,
                    Declared(words={"sam": "IoTRule"}, facts=facts, source=rule.name),
                )
    for subscription in stack.of_kind("AWS::Logs::SubscriptionFilter"):
        function = target_function(stack, subscription.properties.get("DestinationArn"))
        if function is not None:
            facts = base_facts(function)
            words = {"sam": "CloudWatchLogs"}
            yield function.name, Declared(words=words, facts=facts, source=subscription.name)
    for pool in stack.of_kind("AWS::Cognito::UserPool"):
        for name, value in (pool.properties.get("LambdaConfig") or {}).items():
            function = target_function(stack, value)
            if function is not None:
                words = {"sam": "Cognito", "trigger": str(name)}
                facts = base_facts(function)
                yield function.name, Declared(words=words, facts=facts, source=pool.name)
