"""Plain CloudFormation: triggers that other resources declare, in SAM's words."""

import json
from typing import Any

import pytest

WORKER = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Runtime": "python3.12", "Handler": "app.handler", "Code": "src"},
}
ARN = {"Fn::GetAtt": ["Worker", "Arn"]}
URI = {
    "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${Worker.Arn}/invocations"
}
PROXY = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": URI}


def found(project, **resources: Any):
    """The worker of a template in JSON with some more resources."""
    declared = {
        name: {"Type": kind, "Properties": properties}
        for name, (kind, properties) in resources.items()
    }
    text = json.dumps({"Resources": {"Worker": WORKER, **declared}}, indent=1)
    application = project.discover(text, "template.json")
    return application.functions[0]


def trigger(project, **resources: Any):
    (only,) = found(project, **resources).triggers
    return only


def test_a_function_in_json(project) -> None:
    function = found(project)
    assert function.code == project.folder / "src"
    assert (function.timeout, function.memory, function.architecture) == (3, 128, "x86_64")
    assert function.declared_in.endswith("template.json:3")


def test_an_event_source_mapping(project) -> None:
    mapping = ("AWS::Lambda::EventSourceMapping", {
        "FunctionName": {"Ref": "Worker"},
        "EventSourceArn": {"Fn::GetAtt": ["Jobs", "Arn"]},
        "BatchSize": 10,
    })  # fmt: skip
    got = trigger(project, Jobs=("AWS::SQS::Queue", {"FifoQueue": True}), Mapping=mapping)
    assert (got.template, got.source, got.batch_size) == ("sqs", "Jobs", 10)
    assert got.facts["queue_name"].endswith(".fifo")


@pytest.mark.parametrize(
    ("arn", "template"),
    [
        ("arn:aws:kinesis:us-east-1:1:stream/clicks", "kinesis"),
        ("arn:aws:dynamodb:us-east-1:1:table/orders/stream/2026", "dynamodb"),
    ],
)
def test_a_stream_of_another_stack(project, arn, template) -> None:
    mapping = ("AWS::Lambda::EventSourceMapping", {"FunctionName": ARN, "EventSourceArn": arn})
    got = trigger(project, Mapping=mapping)
    assert (got.template, got.source) == (template, None)
    assert got.facts.get("table", "orders") == "orders"


def test_a_bucket_notification(project) -> None:
    entry = {
        "Event": "s3:ObjectCreated:*",
        "Function": ARN,
        "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".png"}]}},
    }
    bucket = {"NotificationConfiguration": {"LambdaConfigurations": [entry]}}
    got = trigger(project, Images=("AWS::S3::Bucket", bucket))
    assert (got.template, got.source) == ("s3", "Images")
    assert (got.facts["prefix"], got.facts["suffix"]) == ("", ".png")


def test_subscriptions_of_their_own_and_within_the_topic(project) -> None:
    entry = {"Protocol": "lambda", "Endpoint": ARN}
    within = trigger(project, News=("AWS::SNS::Topic", {"Subscription": [entry]}))
    assert (within.template, within.source) == ("sns", "News")
    own = trigger(
        project,
        News=("AWS::SNS::Topic", {}),
        Subscription=("AWS::SNS::Subscription", {**entry, "TopicArn": {"Ref": "News"}}),
    )
    assert own == within


def test_rules_with_a_pattern_and_with_a_schedule(project) -> None:
    target = [{"Arn": ARN, "Id": "worker", "Input": '{"job": "x"}'}]
    pattern = {"source": ["shop"], "detail-type": ["Paid"]}
    got = trigger(project, R=("AWS::Events::Rule", {"EventPattern": pattern, "Targets": target}))
    assert (got.template, got.source, got.facts["detail_type"]) == ("eventbridge", "R", "Paid")
    timed = {"ScheduleExpression": "rate(1 hour)", "Targets": target}
    got = trigger(project, R=("AWS::Events::Rule", timed))
    assert (got.template, got.facts["input"]) == ("schedule", '{"job": "x"}')
    timed = {"ScheduleExpression": "rate(1 hour)", "Target": target[0]}
    assert trigger(project, R=("AWS::Scheduler::Schedule", timed)).template == "schedule"


def test_a_method_gets_its_path_from_the_resources_above_it(project) -> None:
    api = {"Ref": "Shop"}
    got = trigger(
        project,
        Shop=("AWS::ApiGateway::RestApi", {"Name": "shop"}),
        Orders=("AWS::ApiGateway::Resource", {
            "RestApiId": api, "PathPart": "orders",
            "ParentId": {"Fn::GetAtt": ["Shop", "RootResourceId"]},
        }),
        Order=("AWS::ApiGateway::Resource", {
            "RestApiId": api, "PathPart": "{id}", "ParentId": {"Ref": "Orders"},
        }),
        Get=("AWS::ApiGateway::Method", {
            "RestApiId": api, "ResourceId": {"Ref": "Order"}, "HttpMethod": "GET",
            "Integration": PROXY,
        }),
        Live=("AWS::ApiGateway::Stage", {"RestApiId": api, "StageName": "live"}),
    )  # fmt: skip
    assert (got.template, got.source) == ("rest", "Shop")
    assert got.facts["route_key"] == "GET /orders/{id}"
    assert got.facts["stage"] == "live"


def test_a_custom_integration_sends_an_event_of_its_own(project) -> None:
    method = {
        "RestApiId": "x", "ResourceId": "y", "HttpMethod": "POST",
        "Integration": {**PROXY, "Type": "AWS"},
    }  # fmt: skip
    assert trigger(project, Post=("AWS::ApiGateway::Method", method)).template == "direct"


@pytest.mark.parametrize(("version", "template"), [("2.0", "http"), ("1.0", "rest")])
def test_a_route_of_an_http_api(project, version, template) -> None:
    got = trigger(
        project,
        Shop=("AWS::ApiGatewayV2::Api", {"Name": "shop", "ProtocolType": "HTTP"}),
        ToWorker=("AWS::ApiGatewayV2::Integration", {
            "ApiId": {"Ref": "Shop"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": ARN,
            "PayloadFormatVersion": version,
        }),
        Route=("AWS::ApiGatewayV2::Route", {
            "ApiId": {"Ref": "Shop"}, "RouteKey": "POST /orders",
            "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "ToWorker"}]]},
        }),
    )  # fmt: skip
    assert (got.template, got.source, got.facts["path"]) == (template, "Shop", "/orders")
    assert got.facts["stage"] == "$default"


def test_a_websocket_route_is_not_taken_for_an_http_one(project) -> None:
    function = found(
        project,
        Chat=("AWS::ApiGatewayV2::Api", {"Name": "chat", "ProtocolType": "WEBSOCKET"}),
        To=("AWS::ApiGatewayV2::Integration", {"ApiId": {"Ref": "Chat"}, "IntegrationUri": URI}),
        Route=("AWS::ApiGatewayV2::Route", {
            "ApiId": {"Ref": "Chat"}, "RouteKey": "$connect",
            "Target": {"Fn::Sub": "integrations/${To}"},
        }),
    )  # fmt: skip
    assert function.triggers == ()
    assert "WebSocket" in function.notes[0]


def test_the_body_of_a_rest_api(project) -> None:
    operation = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}
    body = {"swagger": "2.0", "paths": {"/cats": {"post": operation, "parameters": []}}}
    got = trigger(project, Shop=("AWS::ApiGateway::RestApi", {"Body": body}))
    assert (got.template, got.facts["route_key"]) == ("rest", "POST /cats")


def test_a_function_url(project) -> None:
    url = ("AWS::Lambda::Url", {"AuthType": "NONE", "TargetFunctionArn": ARN})
    got = trigger(project, Url=url)
    assert (got.template, got.source) == ("function-url", "Url")


def test_a_load_balancer_with_a_path(project) -> None:
    group = {"TargetType": "lambda", "Targets": [{"Id": ARN}]}
    rule = {
        "Conditions": [{"Field": "path-pattern", "Values": ["/shop/*"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}],
    }
    got = trigger(
        project,
        Group=("AWS::ElasticLoadBalancingV2::TargetGroup", group),
        Rule=("AWS::ElasticLoadBalancingV2::ListenerRule", rule),
    )
    assert (got.template, got.source, got.facts["path"]) == ("alb", "Group", "/shop/sample")


def test_mail_straight_to_the_function(project) -> None:
    rule = {
        "RuleSetName": "main",
        "Rule": {
            "Recipients": ["example.org"],
            "Actions": [{"LambdaAction": {"FunctionArn": ARN}}],
        },
    }
    got = trigger(project, Mail=("AWS::SES::ReceiptRule", rule))
    assert (got.template, got.facts["recipient"]) == ("ses", "inbox@example.org")


def test_logs_are_claimed_and_other_hooks_are_told(project) -> None:
    logs = ("AWS::Logs::SubscriptionFilter", {"LogGroupName": "/app", "DestinationArn": ARN})
    pool = ("AWS::Cognito::UserPool", {"LambdaConfig": {"PreSignUp": ARN}})
    sql = {"Sql": "SELECT *", "Actions": [{"Lambda": {"FunctionArn": ARN}}]}
    function = found(
        project, Logs=logs, Pool=pool, Things=("AWS::IoT::TopicRule", {"TopicRulePayload": sql})
    )
    assert [t.template for t in function.triggers] == ["logs"]
    assert function.notes == (
        "no event template claims its trigger IoTRule; not tested",
        "no event template claims its trigger Cognito (trigger PreSignUp); not tested",
    )


def test_a_state_machine_in_text(project) -> None:
    definition = {"Fn::Sub": '{"States": {"Work": {"Type": "Task", "Resource": "${Worker.Arn}"}}}'}
    machine = ("AWS::StepFunctions::StateMachine", {"DefinitionString": definition})
    got = trigger(project, Flow=machine)
    assert (got.template, got.source) == ("direct", "Flow")


def test_an_alias_stands_for_its_function(project) -> None:
    live = ("AWS::Lambda::Alias", {"FunctionName": {"Ref": "Worker"}, "Name": "live"})
    url = ("AWS::Lambda::Url", {"TargetFunctionArn": {"Ref": "Live"}})
    assert trigger(project, Live=live, Url=url).template == "function-url"


def permission(principal: str, source: str = "") -> tuple[str, dict[str, Any]]:
    properties = {"FunctionName": ARN, "Action": "lambda:InvokeFunction", "Principal": principal}
    return "AWS::Lambda::Permission", properties | ({"SourceArn": source} if source else {})


def test_a_permission_is_the_last_resort(project) -> None:
    got = trigger(project, May=permission("s3.amazonaws.com", "arn:aws:s3:::photos"))
    assert (got.template, got.facts["bucket"]) == ("s3", "photos")
    got = trigger(project, May=permission(
        "apigateway.amazonaws.com", "arn:aws:execute-api:us-east-1:1:abc/*/POST/orders/*"
    ))  # fmt: skip
    assert (got.template, got.facts["route_key"]) == ("rest", "POST /orders/{proxy+}")


def test_a_permission_adds_nothing_to_what_is_declared(project) -> None:
    url = ("AWS::Lambda::Url", {"TargetFunctionArn": ARN})
    got = trigger(project, Url=url, May=permission("sns.amazonaws.com"))
    assert got.template == "function-url"


@pytest.mark.parametrize(
    ("made", "template"),
    [
        ({}, "eventbridge"),
        ({"InputPath": "$"}, "eventbridge"),
        ({"InputPath": "$.detail"}, "direct"),
        ({"InputTransformer": {"InputTemplate": "{}"}}, "direct"),
    ],
)
def test_what_a_rule_makes_of_its_events_has_a_shape_of_its_own(project, made, template) -> None:
    rule = {"EventPattern": {"source": ["shop"]}, "Targets": [{"Arn": ARN, "Id": "w", **made}]}
    got = trigger(project, Rule=("AWS::Events::Rule", rule))
    assert (got.template, got.source) == (template, "Rule")


def test_a_poller_of_nothing_known_is_noted(project) -> None:
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
        "FunctionName": {"Ref": "Worker"}}}  # fmt: skip
    text = json.dumps({"Resources": {"Worker": WORKER, "Mapping": mapping}})
    application = project.discover(text, "template.json")
    assert application.functions[0].triggers == ()
    assert application.notes == ("Mapping: what it polls for Worker is not known; not tested",)
