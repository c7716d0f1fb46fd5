"""Triggers wired by plain CloudFormation resources other than HTTP ones."""

from collections.abc import Iterator, Mapping

from harness.discovery.feeders import (
    feeder,
    mailed,
    notifications,
    queue_words,
    receipt_actions,
    recipient_facts,
    subscriptions,
)
from harness.discovery.hooks import hook_triggers
from harness.discovery.machines import called_functions
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import Resource, Stack
from harness.discovery.targets import target_function
from harness.discovery.words import (
    Declared,
    base_facts,
    batch_size,
    bucket_facts,
    kinesis_facts,
    queue_facts,
    rule_facts,
    rule_words,
    schedule_facts,
    source_name,
    table_stream_facts,
    topic_facts,
)

Found = Iterator[tuple[str, Declared]]

# service in the ARN of an event source -> SAM event type
_SOURCES = {
    "sqs": "SQS",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "kafka": "MSK",
    "mq": "MQ",
    "rds": "DocumentDB",
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
    yield from hook_triggers(stack)


def _event_sources(stack: Stack) -> Found:
    for declared in stack.of_kind("AWS::Lambda::EventSourceMapping"):
        properties = declared.properties
        function = target_function(stack, properties.get("FunctionName"))
        if function is None:
            continue
        source = str(properties.get("EventSourceArn", ""))
        service = source.split(":")[2] if source.count(":") > 2 else ""
        words = {"sam": _SOURCES.get(service, "SelfManagedKafka")}
        facts: dict[str, str] = {}
        if service == "sqs":
            via, fed = feeder(stack, source)
            words |= via or queue_words(source)
            facts = fed | queue_facts(source)
        elif service == "kinesis":
            facts = kinesis_facts(source)
        elif service == "dynamodb":
            facts = table_stream_facts(stack, source)
        yield (
            function.name,
            Declared(
                words=words,
                facts=base_facts(function) | facts,
                source=source_name(stack, source),
                batch_size=batch_size(properties),
            ),
        )


def _notified(stack: Stack) -> Found:
    for bucket, target, entry in notifications(stack):
        function = target_function(stack, target)
        if function is not None:
            facts = bucket_facts(bucket.physical, entry.get("Event"), entry.get("Filter"))
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
            if pattern:
                facts = rule_facts(rule.physical, pattern, properties.get("EventBusName"))
                words = rule_words("EventBridgeRule", facts)
            else:
                expression = properties.get("ScheduleExpression")
                facts = schedule_facts(rule.physical, expression, target.get("Input"))
                words = {"sam": "Schedule"}
            yield _found(function, words, facts, rule.name)


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
        for function, first in called_functions(stack, machine).values():
            facts = {"state_machine": machine.physical} if first else {}
            yield _found(function, {"sam": "Invoke", "via": "states"}, facts, machine.name)


def _named_in(stack: Stack) -> Found:
    """Services that name their function in one property, and say little else about the event."""
    for rule in stack.of_kind("AWS::IoT::TopicRule"):
        payload = mapping(rule.properties.get("TopicRulePayload"))
        for action in mappings(payload.get("Actions")):
            function = target_function(stack, mapping(action.get("Lambda")).get("FunctionArn"))
            if function is not None:
                facts = {"sql": str(payload.get("Sql", ""))}
                yield _found(function, {"sam": "IoTRule"}, facts, rule.name)
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
                words = {"sam": "Cognito", "trigger": str(name)}
                yield _found(function, words, {"user_pool": pool.physical}, pool.name)
    for pipe in stack.of_kind("AWS::Pipes::Pipe"):
        for key in ("Target", "Enrichment"):
            function = target_function(stack, pipe.properties.get(key))
            if function is not None:
                service = (str(pipe.properties.get("Source", "")).split(":") * 3)[2]
                words = {"sam": "Pipe"} | ({"from": service} if service in _STREAMS else {})
                yield _found(function, words, {}, pipe.name)
    for data in stack.of_kind("AWS::AppSync::DataSource"):
        config = mapping(data.properties.get("LambdaConfig"))
        function = target_function(stack, config.get("LambdaFunctionArn"))
        if function is not None:
            yield _found(function, {"sam": "AppSync"}, {}, data.name)


def _found(
    function: Resource, words: Mapping[str, str], facts: Mapping[str, str], source: str | None
) -> tuple[str, Declared]:
    declared = Declared(words=words, facts={**base_facts(function), **facts}, source=source)
    return function.name, declared
