"""Each template of AWS is found by what a template declares, or the documentation says how else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.discovery import discover

TEMPLATES = load_templates(data_folder("event_templates"))
CASES = yaml.safe_load((Path(__file__).parent / "variants.yaml").read_text())
GUIDE = Path(__file__).parents[3] / "docs" / "howto" / "triggers.md"
ARN = json.dumps({"Fn::GetAtt": ["Worker", "Arn"]})


def found(folder: Path, case: dict[str, Any]) -> list[str]:
    """The templates of the triggers of the function Worker, in their order."""
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def handler(event, context): ...")
    worker = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "CodeUri": "src",
            "Events": case.get("events", {}),
            **case.get("worker", {}),
        },
    }
    document = json.dumps({"Resources": {"Worker": worker, **case.get("resources", {})}})
    template = folder / "template.json"
    template.write_text(document.replace('"WORKER"', ARN))
    application = discover(template, templates=TEMPLATES, workdir=folder / "work")
    return [t.template for f in application.functions if f.name == "Worker" for t in f.triggers]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "+".join(case["templates"]))
def test_what_a_template_declares_finds_the_event_of_its_kind(
    tmp_path: Path, case: dict[str, Any]
) -> None:
    assert sorted(found(tmp_path, case)) == sorted(case["templates"])


SERVICE = {
    "service": "shop",
    "provider": {
        "name": "aws",
        "runtime": "python3.12",
        "httpApi": {
            "authorizers": {
                "users": {"type": "jwt", "issuerUrl": "https://example.com"},
                "own": {"type": "request", "functionName": "judge"},
            }
        },
    },
}
ARN_OF = "arn:aws:{}:us-east-1:123456789012:{}"


@pytest.mark.parametrize(
    ("event", "worker", "judge"),
    [
        ({"httpApi": {"path": "/a", "method": "get", "authorizer": "users"}},
         "aws.apigateway.http-jwt", None),
        ({"httpApi": {"path": "/a", "method": "get", "authorizer": {"name": "own"}}},
         "aws.apigateway.http-authorized", "aws.apigateway.authorizer-http"),
        ({"httpApi": {"path": "/a", "method": "get", "authorizer": {"type": "aws_iam"}}},
         "aws.apigateway.http-iam", None),
        ({"http": {"path": "/a", "method": "get", "authorizer": "judge"}},
         "aws.apigateway.rest-authorized", "aws.apigateway.authorizer-token"),
        ({"http": {"path": "/a", "method": "get",
                   "authorizer": {"name": "judge", "type": "request"}}},
         "aws.apigateway.rest-authorized", "aws.apigateway.authorizer-request"),
        ({"http": {"path": "/a", "method": "get", "authorizer": "aws_iam"}},
         "aws.apigateway.rest-iam", None),
        ({"http": {"path": "/a", "method": "get", "authorizer": {
            "arn": ARN_OF.format("cognito-idp", "userpool/p")}}},
         "aws.apigateway.rest-cognito", None),
        ({"websocket": {"route": "$connect", "authorizer": "judge"}},
         "aws.apigateway.websocket-connect", "aws.apigateway.authorizer-websocket"),
        ({"stream": {"arn": ARN_OF.format("kinesis", "stream/s"), "tumblingWindowInSeconds": 30}},
         "aws.kinesis.window", None),
        ({"stream": {"arn": ARN_OF.format("dynamodb", "table/t/stream/1"),
                     "filterPatterns": [{"eventName": ["REMOVE"]}]}},
         "aws.dynamodb.removed", None),
        ({"rabbitmq": {"arn": ARN_OF.format("mq", "broker:b:1"), "queue": "q"}},
         "aws.mq.rabbitmq", None),
        ({"activemq": {"arn": ARN_OF.format("mq", "broker:b:1"), "queue": "q"}},
         "aws.mq.activemq", None),
        ({"alb": {"conditions": {"path": "/a"}, "multiValueHeaders": True}},
         "aws.elb.request-multi-value", None),
        ({"cloudFront": {"eventType": "viewer-response"}}, "aws.cloudfront.viewer-response", None),
        ({"iotFleetProvisioning": {"templateBody": "x"}}, "aws.iot.pre-provisioning", None),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)  # fmt: skip
def test_what_a_serverless_service_declares_finds_the_event_of_its_kind(
    tmp_path: Path, event: dict[str, Any], worker: str, judge: str | None
) -> None:
    functions = {
        "worker": {"handler": "app.handler", "events": [event]},
        "judge": {"handler": "app.handler"},
    }
    service = tmp_path / "serverless.json"
    service.write_text(json.dumps({**SERVICE, "functions": functions}))
    (tmp_path / "app.py").write_text("")
    application = discover(service, templates=TEMPLATES, workdir=tmp_path / "work")
    got = {f.name: [t.template for t in f.triggers] for f in application.functions}
    assert got == {"worker": [worker], "judge": [judge] if judge else []}


def test_a_signed_function_url_of_a_serverless_service(tmp_path: Path) -> None:
    function = {"handler": "app.handler", "url": {"authorizer": "aws_iam"}}
    service = tmp_path / "serverless.json"
    service.write_text(json.dumps({**SERVICE, "functions": {"worker": function}}))
    application = discover(service, templates=TEMPLATES, workdir=tmp_path / "work")
    assert [t.template for t in application.functions[0].triggers] == [
        "aws.lambda.function-url-iam"
    ]


def services() -> Iterator[tuple[str, dict[str, Any]]]:
    """(template, pattern) for each event of a service that a template claims by its source."""
    for template in TEMPLATES:
        for claim in template.declared:
            if claim.get("sam") == "EventBridgeRule" and "source" in claim:
                detail = {"detail-type": [claim["detail_type"]]} if "detail_type" in claim else {}
                yield template.id, {"source": [claim["source"]], **detail}


def test_a_rule_for_a_services_events_finds_them(tmp_path: Path) -> None:
    claimed = list(services())
    events = {
        f"E{at}": {"Type": "EventBridgeRule", "Properties": {"Pattern": pattern}}
        for at, (_, pattern) in enumerate(claimed)
    }
    assert set(found(tmp_path, {"events": events})) == {id for id, _ in claimed}


def test_every_template_of_aws_is_found_or_the_guide_tells_how_to_name_it() -> None:
    reached = {id for case in CASES for id in case["templates"]} | {id for id, _ in services()}
    section = GUIDE.read_text().partition("## A trigger that no description tells")[2]
    named = set(re.findall(r"`(aws\.[a-z0-9.-]+)`", section.partition("\n## ")[0]))
    own = {template.id for template in TEMPLATES if template.provider == "aws"}
    assert own == reached | named
    assert not reached & named
