"""Triggers wired by plain CloudFormation resources other than HTTP ones."""

from collections.abc import Iterator, Mapping

from harness.discovery.feeders import (
    feeder,
    mailed,
    notifications,
    receipt_actions,
    recipient_facts,
    subscriptions,
)
from harness.discovery.graphql import graphql_triggers
from harness.discovery.hooks import hook_triggers
from harness.discovery.machines import called_functions
from harness.discovery.polled import polled_facts, polled_words
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.discovery.targets import target_function
from harness.discovery.words import (
    Declared,
    base_facts,
    batch_size,
    bucket_facts,
    event_families,
    iot_words,
    narrowed,
    pool_words,
    rule_facts,
    rule_words,
    schedule_facts,
    source_name,
    topic_facts,
)

Found = Iterator[tuple[str, Declared]]

# service in the ARN of an event source -> SAM event type
# Of a source without an ARN: https://docs.aws.amazon.com/lambda/latest/dg/kafka-configure.html
_SELF_MANAGED = ("SelfManagedEventSource", "Topics", "SourceAccessConfigurations")
_SOURCES = {
    "sqs": "SQS",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "kafka": "MSK",
    "mq": "MQ",
    "rds": "DocumentDB",
}
# handler of the CDK's framework -> variable that names the user's function -> `via`
_CALLED_BY_CDK = {
    "framework.onEvent": {"USER_ON_EVENT_FUNCTION_ARN": "cdk"},
    "framework.isComplete": {"USER_IS_COMPLETE_FUNCTION_ARN": "cdk-is-complete"},
}
# What a pipe from a stream hands on differs from what one from a queue does.
_STREAMS = ("kinesis", "dynamodb")


def service_triggers(stack: Stack) -> Found:
    """(function, trigger) for event source mappings, notifications, rules, hooks of services."""
    yield from _event_sources(stack)
    yield from _notified(stack)
    yield from _subscribed(stack)
    yield from _rules(stack)
    yield from _schedules(stack)
    yield from _mails(stack)
    yield from _state_machines(stack)
    yield from _named_in(stack)
    yield from _providers(stack)
    yield from hook_triggers(stack)
    yield from graphql_triggers(stack)


def _event_sources(stack: Stack) -> Found:
    for declared in stack.of_kind("AWS::Lambda::EventSourceMapping"):
        properties = declared.properties
        function = target_function(stack, properties.get("FunctionName"))
        if function is None:
            continue
        source = str(properties.get("EventSourceArn", ""))
        service = source.split(":")[2] if source.count(":") > 2 else ""
        if not source and not any(properties.get(key) for key in _SELF_MANAGED):
            stack.resolver.notes.append(
                f"{declared.name}: what it polls for {function.name} is not known; not tested"
            )
            continue
        kind = _SOURCES.get(service, "SelfManagedKafka")
        yield (
            function.name,
            Declared(
                words={"sam": kind} | polled_words(stack, kind, source, properties),
                facts=base_facts(function) | polled_facts(stack, kind, source, properties),
                source=source_name(stack, source),
                batch_size=batch_size(properties),
            ),
        )


def _notified(stack: Stack) -> Found:
    for bucket, target, entry in notifications(stack):
        function = target_function(stack, target)
        if function is None:
            continue
        for family in event_families(entry.get("Event")):
            facts = bucket_facts(bucket.physical, family, entry.get("Filter"))
            words = {"sam": "S3", "event": facts["event"].split(":")[0]}
            words |= mailed(stack, bucket.physical)
            yield _found(function, words, facts, bucket.name)


def _subscribed(stack: Stack) -> Found:
    for topic, entry in subscriptions(stack):
        function = target_function(stack, entry.get("Endpoint"))
        if function is not None and entry.get("Protocol") == "lambda":
            via, fed = feeder(stack, topic)
            source = source_name(stack, topic)
            yield _found(function, {"sam": "SNS"} | via, fed | topic_facts(topic), source)


def _rules(stack: Stack) -> Found:
    for rule in stack.of_kind("AWS::Events::Rule"):
        properties = rule.properties
        for target in mappings(properties.get("Targets")):
            function = target_function(stack, target.get("Arn"))
            if function is None:
                continue
            pattern = properties.get("EventPattern")
            for one in narrowed(pattern) if pattern else []:
                bus = properties.get("EventBusName")
                facts = rule_facts(rule.physical, one, bus)
                words = rule_words("EventBridgeRule", facts, bus, target)
                yield _found(function, words, facts, rule.name)
            if not pattern:
                expression = properties.get("ScheduleExpression")
                facts = schedule_facts(rule.physical, expression, target.get("Input"))
                yield _found(function, {"sam": "Schedule"}, facts, rule.name)


def _schedules(stack: Stack) -> Found:
    for schedule in stack.of_kind("AWS::Scheduler::Schedule"):
        target = mapping(schedule.properties.get("Target"))
        function = target_function(stack, target.get("Arn"))
        if function is not None:
            expression = schedule.properties.get("ScheduleExpression")
            facts = schedule_facts(schedule.physical, expression, target.get("Input"))
            yield _found(function, {"sam": "ScheduleV2"}, facts, schedule.name)


def _mails(stack: Stack) -> Found:
    for rule, action in receipt_actions(stack):
        function = target_function(stack, mapping(action.get("LambdaAction")).get("FunctionArn"))
        if function is not None:
            yield _found(function, {"sam": "SES"}, recipient_facts(rule), rule.name)


def _state_machines(stack: Stack) -> Found:
    """What a state machine hands a function is its own: to the function a direct invocation."""
    for machine in stack.of_kind(
        "AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"
    ):
        for called in called_functions(stack, machine):
            facts = {"state_machine": machine.physical} if called.first else {}
            words = {"sam": "Invoke", "via": "states", **called.words}
            yield _found(called.function, words, facts, machine.name)


def _providers(stack: Stack) -> Found:
    """Functions which the CDK's framework for custom resources calls in its own words.

    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
    """
    for framework in stack.of_kind(*FUNCTIONS):
        environment = mapping(mapping(framework.properties.get("Environment")).get("Variables"))
        handler = str(framework.properties.get("Handler"))
        for variable, via in _CALLED_BY_CDK.get(handler, {}).items():
            function = target_function(stack, environment.get(variable))
            if function is not None:
                yield _found(function, {"sam": "CustomResource", "via": via}, {}, framework.name)


def _named_in(stack: Stack) -> Found:
    """Services that name their function in one property, and say little else about the event."""
    for rule in stack.of_kind("AWS::IoT::TopicRule"):
        payload = mapping(rule.properties.get("TopicRulePayload"))
        for action in (*mappings(payload.get("Actions")), mapping(payload.get("ErrorAction"))):
            function = target_function(stack, mapping(action.get("Lambda")).get("FunctionArn"))
            if function is not None:
                sql = str(payload.get("Sql", ""))
                yield _found(function, {"sam": "IoTRule"} | iot_words(sql), {"sql": sql}, rule.name)
    for logs in stack.of_kind("AWS::Logs::SubscriptionFilter"):
        function = target_function(stack, logs.properties.get("DestinationArn"))
        if function is not None:
            facts = {"log_group": str(logs.properties.get("LogGroupName", ""))}
            yield _found(function, {"sam": "CloudWatchLogs"}, facts, logs.name)
    for pool in stack.of_kind("AWS::Cognito::UserPool"):
        for name, value in mapping(pool.properties.get("LambdaConfig")).items():
            arn = value.get("LambdaArn") if isinstance(value, dict) else value
            function = target_function(stack, arn)
            if function is not None:
                words = {"sam": "Cognito", "trigger": str(name)} | pool_words(stack, pool, value)
                yield _found(function, words, {"user_pool": pool.physical}, pool.name)
    for pipe in stack.of_kind("AWS::Pipes::Pipe"):
        for key in ("Target", "Enrichment"):
            function = target_function(stack, pipe.properties.get(key))
            if function is not None:
                service = (str(pipe.properties.get("Source", "")).split(":") * 3)[2]
                words = {"sam": "Pipe"} | ({"from": service} if service in _STREAMS else {})
                yield _found(function, words, {}, pipe.name)


def _found(
    function: Resource, words: Mapping[str, str], facts: Mapping[str, str], source: str | None
) -> tuple[str, Declared]:
    declared = Declared(words=words, facts={**base_facts(function), **facts}, source=source)
    return function.name, declared
