"""Triggers that only a property of another resource tells, with the templates that come with us."""

import json
from pathlib import Path
from typing import Any

import cfnlint
import pytest
import yaml

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.discovery import discover

TEMPLATES = load_templates(data_folder("event_templates"))
HOOKS = yaml.safe_load(
    (Path(__file__).parents[3] / "harness" / "discovery" / "hooks.yaml").read_text()
)
ARN = {"Fn::GetAtt": ["Worker", "Arn"]}


def found(folder: Path, events: dict[str, Any], **resources: Any) -> list[tuple[str, str | None]]:
    """(template id, source) of each trigger of the only function."""
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def handler(event, context): ...")
    worker = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "CodeUri": "src",
            "Events": events,
        },
    }
    template = folder / "template.json"
    template.write_text(json.dumps({"Resources": {"Worker": worker, **resources}}))
    application = discover(template, templates=TEMPLATES, workdir=folder / "work")
    return [(t.template, t.source) for t in application.functions[0].triggers]


def nested(steps: list[str]) -> Any:
    if not steps:
        return ARN
    key, _, text = steps[0].partition("!")
    inner = nested(steps[1:])
    if key == "*":
        return [inner]
    if text:
        arn = json.dumps(inner).replace(json.dumps(ARN), json.dumps("${Worker.Arn}"))
        inner = {"Fn::Sub": arn}
    return {key: inner}


@pytest.mark.parametrize(
    ("kind", "at", "words"),
    [(kind, hook["at"], hook["words"]) for kind, hooks in HOOKS.items() for hook in hooks],
)
def test_a_property_that_names_a_function_is_its_trigger(
    tmp_path: Path, kind: str, at: str, words: dict[str, str]
) -> None:
    code = {"CodeUri": "src", "Runtime": "python3.12", "Handler": "app.handler"}
    own = code if kind == "AWS::Serverless::Function" else {}
    hook = {"Type": kind, "Properties": own | nested(at.split("/"))}
    template, source = found(tmp_path, {}, Hook=hook)[0]
    claims = [claim for t in TEMPLATES if t.id == template for claim in t.declared]
    assert any(claim.items() <= words.items() for claim in claims)
    assert source == "Hook"


# Types that are no CloudFormation: Terraform's, and SAM's and custom ones, which have no schema.
OTHERS = {
    "AWS::Bedrock::AgentActionGroup",
    "AWS::Lex::Intent",
    "AWS::CloudFormation::CustomResource",
}
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"


def has(root: Any, schema: Any, steps: list[str]) -> bool:
    """Whether CloudFormation's schema of a resource has a path of the table."""
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rsplit("/", 1)[-1]]
    ways = [schema, *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    if not steps or steps[0].endswith("!json"):
        return True
    for way in ways:
        if steps[0] == "*" and "items" in way and has(root, way["items"], steps[1:]):
            return True
        inner = way.get("properties", {}).get(steps[0])
        if inner is not None and has(root, inner, steps[1:]):
            return True
    return any("$ref" in way and has(root, way, steps) for way in ways[1:]) or (
        # Maps and free objects: what stands in them is the service's own.
        "properties" not in schema and "items" not in schema and schema.get("type") != "array"
    )


def test_the_table_names_properties_which_cloudformation_has() -> None:
    wanted = {kind for kind in HOOKS if not kind.startswith("AWS::Serverless::")} - OTHERS
    for path in SCHEMAS.rglob("*.json"):
        text = path.read_text()
        if not any(f'"{kind}"' in text for kind in wanted):
            continue
        schema = json.loads(text)
        if schema.get("typeName") in wanted:
            wanted.discard(schema["typeName"])
            for hook in HOOKS[schema["typeName"]]:
                assert has(schema, schema, hook["at"].split("/")), hook["at"]
    assert not wanted


def test_a_custom_resource_of_any_name_calls_its_service_token(tmp_path: Path) -> None:
    own = {"Type": "Custom::Thing", "Properties": {"ServiceToken": ARN, "Note": "x"}}
    kinds = ("create", "delete", "update")
    wanted = [(f"aws.cloudformation.custom-resource-{kind}", "Own") for kind in kinds]
    assert found(tmp_path, {}, Own=own) == wanted


@pytest.mark.parametrize(
    ("event", "template"),
    [
        ({"Type": "MQ", "Properties": {"Broker": "arn:b", "Queues": ["q"]}}, "aws.mq.activemq"),
        (
            {
                "Type": "MQ",
                "Properties": {
                    "Broker": "arn:b",
                    "SourceAccessConfigurations": [{"Type": "VIRTUAL_HOST", "URI": "/"}],
                },
            },
            "aws.mq.rabbitmq",
        ),
        (
            {
                "Type": "EventBridgeRule",
                "Properties": {"Pattern": {"source": ["aws.ecs"]}},
            },
            "aws.ecs.task-state-change",
        ),
        (
            {
                "Type": "EventBridgeRule",
                "Properties": {
                    "Pattern": {"source": ["aws.s3"], "detail-type": ["Object Deleted"]}
                },
            },
            "aws.s3.eventbridge-deleted",
        ),
        (
            {
                "Type": "EventBridgeRule",
                "Properties": {"Pattern": {"source": ["shop"], "detail-type": ["Sold"]}},
            },
            "aws.eventbridge.event",
        ),
        (
            {"Type": "S3", "Properties": {"Bucket": "b", "Events": "s3:ObjectRemoved:*"}},
            "aws.s3.object-removed",
        ),
        (
            {"Type": "Cognito", "Properties": {"UserPool": "p", "Trigger": "PostConfirmation"}},
            "aws.cognito.post-confirmation",
        ),
        ({"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 day)"}},
         "aws.scheduler.schedule"),
    ],
)  # fmt: skip
def test_an_event_of_sam_finds_the_template_of_its_kind(
    tmp_path: Path, event: dict[str, Any], template: str
) -> None:
    assert [id for id, _ in found(tmp_path, {"E": event})] == [template]


@pytest.mark.parametrize(
    ("said", "template"),
    [
        ({}, "aws.apigateway.authorizer-token"),
        ({"FunctionPayloadType": "REQUEST"}, "aws.apigateway.authorizer-request"),
    ],
)
def test_an_authorizer_gets_what_it_asks_for(
    tmp_path: Path, said: dict[str, str], template: str
) -> None:
    mine = {"Mine": {"FunctionArn": ARN, **said}}
    properties = {"StageName": "v1", "Auth": {"Authorizers": mine}}
    api = {"Type": "AWS::Serverless::Api", "Properties": properties}
    assert found(tmp_path, {}, Shop=api) == [(template, "Shop")]


@pytest.mark.parametrize(
    ("version", "template"),
    [("2.0", "aws.apigateway.authorizer-http"), ("1.0", "aws.apigateway.authorizer-http-v1")],
)
def test_an_authorizer_of_an_http_api(tmp_path: Path, version: str, template: str) -> None:
    mine = {"Mine": {"FunctionArn": ARN, "AuthorizerPayloadFormatVersion": version}}
    api = {"Type": "AWS::Serverless::HttpApi", "Properties": {"Auth": {"Authorizers": mine}}}
    assert found(tmp_path, {}, Shop=api) == [(template, "Shop")]


@pytest.mark.parametrize(
    ("route", "template"),
    [
        ("$connect", "aws.apigateway.websocket-connect"),
        ("$disconnect", "aws.apigateway.websocket-disconnect"),
        ("sendMessage", "aws.apigateway.websocket-message"),
    ],
)
def test_a_route_of_a_websocket_api(tmp_path: Path, route: str, template: str) -> None:
    uri = {
        "Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/functions/${Worker.Arn}/invocations"
    }
    resources = {
        "Chat": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
        "To": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"ApiId": {"Ref": "Chat"}, "IntegrationUri": uri},
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Chat"},
                "RouteKey": route,
                "Target": {"Fn::Sub": "integrations/${To}"},
            },
        },
    }
    assert [id for id, _ in found(tmp_path, {}, **resources)] == [template]


QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}
QUEUE_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
POLLS = {"E": {"Type": "SQS", "Properties": {"Queue": QUEUE_ARN}}}
HEARS = {"E": {"Type": "SNS", "Properties": {"Topic": {"Ref": "Topic"}}}}


def receipt(action: dict[str, Any]) -> dict[str, Any]:
    rule = {"Recipients": ["inbox@example.org"], "Actions": [action]}
    return {"Type": "AWS::SES::ReceiptRule", "Properties": {"RuleSetName": "r", "Rule": rule}}


def test_a_queue_behind_a_topic_behind_a_bucket(tmp_path: Path) -> None:
    told = {"TopicConfigurations": [{"Topic": {"Ref": "Topic"}, "Event": "s3:ObjectCreated:*"}]}
    resources = {
        "Queue": QUEUE,
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"Subscription": [{"Protocol": "sqs", "Endpoint": QUEUE_ARN}]},
        },
        "Uploads": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": "up", "NotificationConfiguration": told},
        },
    }
    assert found(tmp_path, POLLS, **resources) == [("aws.sqs.s3-in-sns", "Queue")]


def test_a_fifo_queue(tmp_path: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q.fifo", "FifoQueue": True}}
    assert found(tmp_path, POLLS, Queue=queue) == [("aws.sqs.fifo-message", "Queue")]


def test_a_queue_of_dead_letters(tmp_path: Path) -> None:
    other = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "CodeUri": "src",
            "DeadLetterQueue": {"Type": "SQS", "TargetArn": QUEUE_ARN},
        },
    }
    got = found(tmp_path, POLLS, Queue=QUEUE, Other=other)
    assert got == [("aws.sqs.dead-letter", "Queue")]


def test_a_topic_that_hears_an_alarm(tmp_path: Path) -> None:
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"AlarmActions": [{"Ref": "Topic"}]},
    }
    got = found(tmp_path, HEARS, Topic=TOPIC, Alarm=alarm)
    assert got == [("aws.sns.cloudwatch-alarm", "Topic")]


def test_a_topic_that_hears_of_stored_mail(tmp_path: Path) -> None:
    action = {"S3Action": {"BucketName": "mails", "TopicArn": {"Ref": "Topic"}}}
    got = found(tmp_path, HEARS, Topic=TOPIC, Inbox=receipt(action))
    assert got == [("aws.ses.receipt-s3-in-sns", "Topic")]


def test_a_bucket_into_which_mail_is_stored(tmp_path: Path) -> None:
    event = {"Bucket": {"Ref": "Mails"}, "Events": "s3:ObjectCreated:*"}
    got = found(
        tmp_path,
        {"E": {"Type": "S3", "Properties": event}},
        Mails={"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "mails"}},
        Inbox=receipt({"S3Action": {"BucketName": {"Ref": "Mails"}}}),
    )
    assert got == [("aws.ses.receipt-in-s3", "Mails")]


def test_each_of_several_triggers_of_a_user_pool(tmp_path: Path) -> None:
    properties = {"UserPool": "p", "Trigger": ["PreSignUp", "UserMigration"]}
    got = found(tmp_path, {"E": {"Type": "Cognito", "Properties": properties}})
    assert [id for id, _ in got] == ["aws.cognito.pre-sign-up", "aws.cognito.migrate-user"]
