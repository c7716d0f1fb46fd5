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
from tests.unit.discovery.makers import TEMPLATES
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
DOCUMENTS = {"serverless.yml": SERVICE, "plan.json": PLAN, "Front.template.json": FRONT}
PLACES = [(name, place) for name, document in DOCUMENTS.items() for place in places(document)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    (folder / "src").mkdir()
    test_cdk.Assembly(folder / "cdk.out", Front=FRONT, Data=test_cdk.QUEUE)
    return folder


def load(folder, name: str, document: Any) -> Any:
    file = folder / "cdk.out" / name if name == "Front.template.json" else folder / name
    file.write_text(json.dumps(document))
    source = file.parent / "manifest.json" if name == "Front.template.json" else file
    return discover(source, templates=TEMPLATES, workdir=folder / "work")


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
