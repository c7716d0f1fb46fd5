"""Services, plans and assemblies that are bent somewhere: survived, or told in one line."""

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.discovery import describe, discover
from harness.errors import UsageError
from tests.unit.discovery import test_cdk, test_terraform
from tests.unit.discovery.makers import TEMPLATES, event_template
from tests.unit.discovery.test_misshapen import JUNK, places

SERVICE = yaml.safe_load("""\
service: shop
plugins: [a]
custom: {level: low}
params: {default: {x: 1}}
layers: {lib: {path: .}}
provider:
  name: aws
  runtime: python3.12
  environment: {LEVEL: '${self:custom.level, param:x}'}
  iam: {role: {statements: [{Effect: Allow, Action: '*', Resource: '*'}]}}
functions:
  f:
    handler: app.handler
    layers: [{Ref: LibLambdaLayer}]
    destinations: {onFailure: f}
    url: {cors: true}
    events:
      - http: {path: a, method: get, authorizer: {name: f}, request: {
          parameters: {querystrings: {q: true}}, schemas: {application/json: {type: object}}}}
      - httpApi: GET /a
      - s3: {bucket: b, event: x, rules: [{prefix: a}]}
      - sns: {arn: {Ref: T}, topicName: t}
      - sqs: {arn: {'Fn::GetAtt': [Q, Arn]}, batchSize: 1}
      - stream: {type: dynamodb, arn: x}
      - schedule: {rate: [rate(1 day)], input: {body: x}}
      - eventBridge: {pattern: {source: [a]}}
      - alb: {conditions: {path: /a, method: [GET]}}
      - websocket: {route: $connect, authorizer: f}
      - msk: {arn: x, topic: t}
resources:
  Resources: {T: {Type: AWS::SNS::Topic}, Q: {Type: AWS::SQS::Queue}}
stepFunctions: {stateMachines: {m: {definition: {States: {}}}}}
""")
PLAN = test_terraform.Plan(
    test_terraform.function(
        expressions={
            "environment": [{"variables": test_terraform.refers("aws_sqs_queue.jobs.url")}]
        },
        environment=[{"variables": {"A": "b"}}],
    ),
    copy.deepcopy(test_terraform.QUEUE),
    test_terraform.resource(
        "aws_lambda_event_source_mapping.m",
        {
            "event_source_arn": test_terraform.refers("module.m.out"),
            "function_name": test_terraform.ARN,
        },
    ),
    data=[{"address": "data.archive_file.z", "mode": "data", "values": {"source_dir": "src"}}],
    m=(
        {"given": test_terraform.refers("aws_sqs_queue.jobs.arn")},
        [test_terraform.resource("aws_sns_topic.t", name="t")],
        {"out": {"expression": test_terraform.refers("var.given")}},
    ),
).document
FRONT = copy.deepcopy(test_cdk.WORKER)
SINK = {"ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "app"}}
FUNC = {
    "name": "app",
    "runtime": "python",
    "invoke": "cloudevent",
    "run": {"envs": [{"name": "A", "value": "b"}]},
    "deploy": {
        "options": {"resources": {"limits": {"memory": "1Gi"}}},
        "subscriptions": [{"source": "b", "filters": {"type": "t", "source": "s"}}],
    },
}
CONTAINER = {"env": [{"name": "A", "value": "b"}], "resources": {"limits": {"memory": "1M"}}}
MANIFEST = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": "app"},
            "spec": {"template": {"spec": {"timeoutSeconds": 9, "containers": [CONTAINER]}}},
        },
        {
            "apiVersion": "eventing.knative.dev/v1",
            "kind": "Trigger",
            "metadata": {"name": "t"},
            "spec": {"broker": "b", "filters": [{"any": [{"exact": {"type": "t"}}]}],
                     "delivery": {"deadLetterSink": SINK}, "subscriber": SINK},
        },
        {
            "apiVersion": "sources.knative.dev/v1",
            "kind": "KafkaSource",
            "metadata": {"name": "k", "namespace": "n"},
            "spec": {"topics": ["t"], "sink": SINK},
        },
    ],
}  # fmt: skip
COMPOSE = {"services": {"shop": {"path": "shop", "config": "serverless.json",
                                 "params": {"x": "${shop.out}"}}}}  # fmt: skip
BACKEND = {
    "function": {"f": {"dependsOn": [
        {"category": "function", "resourceName": "f", "attributes": ["Arn"]}]}},
    "api": {"a": {}},
}  # fmt: skip
AMPLIFIED = {
    "Parameters": {"functionfArn": {"Type": "String"}},
    "Resources": {
        "LambdaFunction": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Code": {"S3Key": "s3Key"}, "Handler": "a.b", "Runtime": "python3.12"},
        },
        "M": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"FunctionName": {"Ref": "LambdaFunction"},
                           "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q"},
        },
    },
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}}},
}  # fmt: skip
DOCUMENTS = {
    "serverless.yml": SERVICE,
    "plan.json": PLAN,
    "Front.template.json": FRONT,
    "func.yaml": FUNC,
    "service.yaml": MANIFEST,
    "serverless-compose.yml": COMPOSE,
    "backend-config.json": BACKEND,
}
KNATIVE = event_template("knative", {"knative": "binary"})
PLACES = [(name, place) for name, document in DOCUMENTS.items() for place in places(document)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    (folder / "src").mkdir()
    test_cdk.Assembly(folder / "cdk.out", Front=FRONT, Data=test_cdk.QUEUE)
    (folder / "func.py").write_text("def new(): ...")
    (folder / "main.tf").write_text(
        'module "m" {\n  given = local.all["a"]\n}\n'
        "locals {\n  all = merge({ a = aws_sqs_queue.jobs.arn }, var.more)\n}\n"
        'resource "aws_lambda_function" "worker" {\n  environment {\n'
        "    variables = { B = aws_sqs_queue.jobs.url }\n  }\n}\n"
    )
    (folder / "shop").mkdir()
    (folder / "shop" / "serverless.json").write_text(json.dumps(SERVICE))
    own = folder / "function" / "f"
    (own / "src").mkdir(parents=True)
    (own / "cloudformation-template.json").write_text(json.dumps(AMPLIFIED))
    return folder


def load(folder, name: str, document: Any) -> Any:
    file = folder / "cdk.out" / name if name == "Front.template.json" else folder / name
    text = yaml.safe_dump(document) if file.suffix == ".yaml" else json.dumps(document)
    file.write_text(text)
    source = file.parent / "manifest.json" if name == "Front.template.json" else file
    return discover(source, templates=(*TEMPLATES, KNATIVE), workdir=folder / "work")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_sound_before_it_is_bent(folder, name) -> None:
    assert load(folder, name, DOCUMENTS[name]).functions[0].triggers


@settings(deadline=None, max_examples=100)
@given(at=st.sampled_from(PLACES), junk=JUNK)
def test_a_bent_document_is_survived_or_told_in_one_line(folder, at, junk) -> None:
    name, path = at
    document = copy.deepcopy(DOCUMENTS[name])
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = junk
    try:
        application = load(folder, name, document)
    except UsageError as error:
        told = str(error)
        assert "\n" not in told
        assert str(folder) in told
    else:
        json.dumps(describe(application))
