"""Whatever a template holds: an application or one line, never a traceback."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.discovery import describe, discover
from harness.errors import UsageError
from tests.unit.discovery.makers import TEMPLATES

ARN = {"Fn::GetAtt": ["Worker", "Arn"]}
URI = {"Fn::Sub": "arn:aws:apigateway:r:lambda:path/x/functions/${Worker.Arn}/invocations"}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def event(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


RESOURCES = {
    "Worker": resource(
        "AWS::Serverless::Function",
        Runtime="python3.12", Handler="app.handler", CodeUri=".", Timeout=5,
        EphemeralStorage={"Size": 600}, Architectures=["arm64"], Layers=[{"Ref": "Layer"}],
        Environment={"Variables": {"A": {"Fn::If": ["Prod", "x", {"Ref": "Queue"}]}}},
        Policies=["Basic", {"S3ReadPolicy": {"BucketName": {"Ref": "Bucket"}}},
                  {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}],
        EventInvokeConfig={"DestinationConfig": {"OnFailure": {"Destination": ARN}}},
        DeadLetterQueue={"TargetArn": {"Fn::GetAtt": ["Queue", "Arn"]}},
        FunctionUrlConfig={"AuthType": "NONE"}, Role={"Fn::GetAtt": ["Role", "Arn"]},
        Events={
            "Api": event("Api", Path="/a", Method="get", RestApiId={"Ref": "Api"}),
            "Http": event("HttpApi", Path="/a", Method="get"),
            "Bucket": event("S3", Bucket={"Ref": "Bucket"}, Events=["s3:ObjectCreated:*"],
                            Filter={"S3Key": {"Rules": [{"Name": "prefix", "Value": "a"}]}}),
            "Topic": event("SNS", Topic={"Ref": "Topic"}, SqsSubscription={"QueueArn": "x"}),
            "Queue": event("SQS", Queue={"Fn::GetAtt": ["Queue", "Arn"]}, BatchSize=1),
            "Table": event("DynamoDB", Stream={"Fn::GetAtt": ["Table", "StreamArn"]}),
            "Rule": event("EventBridgeRule", EventBusName="b", Pattern={
                "source": ["a", {"prefix": "b"}], "detail": {"bucket": {"name": ["x"]}}}),
            "Time": event("Schedule", Schedule="rate(1 day)", Input={"a": 1}),
            "Pool": event("Cognito", UserPool={"Ref": "Pool"}, Trigger=["PreSignUp"]),
            "Kafka": event("MSK", Stream="arn", Topics=["t"]),
        },
    ),
    "Fn::ForEach::Each": ["N", [{"Ref": "AWS::Region"}, "b"], {
        "Topic&{N}": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "N"}}}}],
    "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/key"}},
    "Layer": resource("AWS::Serverless::LayerVersion", ContentUri="."),
    "Api": resource("AWS::Serverless::Api", StageName="x", DefinitionBody={"paths": {"/b": {
        "get": {"x-amazon-apigateway-integration": {"uri": URI, "type": "aws_proxy"}}}}}),
    "Bucket": resource("AWS::S3::Bucket", NotificationConfiguration={
        "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": ARN}]}),
    "Topic": resource("AWS::SNS::Topic", Subscription=[{"Protocol": "lambda", "Endpoint": ARN}]),
    "Queue": resource("AWS::SQS::Queue", QueueName="q", FifoQueue=True),
    "Table": resource("AWS::DynamoDB::Table", KeySchema=[], AttributeDefinitions=[]),
    "Simple": resource("AWS::Serverless::SimpleTable", PrimaryKey={"Name": "a", "Type": "Number"}),
    "Mapping": resource("AWS::Lambda::EventSourceMapping", FunctionName=ARN, EventSourceArn={
        "Fn::GetAtt": ["Simple", "StreamArn"]}),
    "Rule": resource("AWS::Events::Rule", EventPattern='{"source": ["a"]}', Targets=[{"Arn": ARN}]),
    "Mail": resource("AWS::SES::ReceiptRule", Rule={"Recipients": ["a"], "Actions": [
        {"LambdaAction": {"FunctionArn": ARN}}, {"SNSAction": {"TopicArn": {"Ref": "Topic"}}}]}),
    "Method": resource("AWS::ApiGateway::Method", HttpMethod="GET", ResourceId="x",
                       RestApiId={"Ref": "Api"}, Integration={"Uri": URI, "Type": "AWS"}),
    "To": resource("AWS::ApiGatewayV2::Integration", IntegrationUri=ARN),
    "Route": resource("AWS::ApiGatewayV2::Route", RouteKey="GET /c", ApiId="x",
                      Target={"Fn::Join": ["/", ["integrations", {"Ref": "To"}]]}),
    "Group": resource("AWS::ElasticLoadBalancingV2::TargetGroup", Targets=[{"Id": ARN}]),
    "Listener": resource("AWS::ElasticLoadBalancingV2::ListenerRule",
                         Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
                         Actions=[{"ForwardConfig": {"TargetGroups": [
                             {"TargetGroupArn": {"Ref": "Group"}}]}}]),
    "Flow": resource("AWS::StepFunctions::StateMachine", DefinitionString={"Fn::Sub": [
        '{"Resource": "${x}"}', {"x": ARN}]}, DefinitionSubstitutions={"x": ARN}),
    "Things": resource("AWS::IoT::TopicRule", TopicRulePayload={
        "Sql": "", "Actions": [{"Lambda": {"FunctionArn": ARN}}]}),
    "Pool": resource("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": ARN}),
    "Role": resource("AWS::IAM::Role", ManagedPolicyArns=["a"], Policies=[
        {"PolicyDocument": {"Statement": [{"Action": ["a"], "Resource": "b"}]}}]),
    "May": resource("AWS::Lambda::Permission", FunctionName=ARN, Principal="s3.amazonaws.com"),
}  # fmt: skip
TEMPLATE = {
    "Parameters": {"Stage": {"Type": "String", "Default": "a", "AllowedValues": ["a"]}},
    "Mappings": {"Sizes": {"big": {"memory": 1}}},
    "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Globals": {"Function": {"Timeout": 3, "Environment": {"Variables": {"G": "g"}}}},
    "Resources": RESOURCES,
}
JUNK = st.sampled_from(
    ["", "text", 7, True, [], {}, [[]], [{}], ["a"], {"a": []}, {"Ref": []}, {"Fn::Sub": 3},
     {"Fn::If": "x"}, {"Fn::GetAtt": {}}, {"Fn::Join": []}, {"Fn::Select": ["x", []]},
     {"Ref": "AWS::NoValue"}, {"Condition": "Prod"}, {"Fn::FindInMap": ["Sizes"]}]
)  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        return found + [p for key in node for p in places(node[key], (*path, key))]
    if isinstance(node, list):
        return found + [p for at in range(len(node)) for p in places(node[at], (*path, at))]
    return found


def replaced(path: tuple[Any, ...], junk: Any) -> Any:
    template = copy.deepcopy(TEMPLATE)
    holder: Any = template
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = junk
    return template


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


def test_the_template_is_sound_before_it_is_bent(folder) -> None:
    file = folder / "template.json"
    file.write_text(json.dumps(TEMPLATE))
    application = discover(file, templates=TEMPLATES, workdir=folder / "work")
    (function,) = application.functions
    assert len(function.triggers) > 15


@settings(deadline=None, max_examples=100)
@given(path=st.sampled_from(places(TEMPLATE)), junk=JUNK)
def test_a_bent_template_is_survived_or_told_in_one_line(folder, path, junk) -> None:
    file = folder / "template.json"
    file.write_text(json.dumps(replaced(path, junk)))
    try:
        application = discover(file, templates=TEMPLATES, workdir=folder / "work")
    except UsageError as error:
        told = str(error)
        assert "\n" not in told
        assert told.startswith(str(file))
    else:
        json.dumps(describe(application))
