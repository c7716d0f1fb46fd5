"""What a Terraform plan leaves out is read in the files beside it.

The plans here have the form of those that Terraform 1.11 makes with version 5.100 of its AWS
provider: locals and dynamic blocks are not in them, nor a mapping with one unknown entry.
"""

import json
from typing import Any

import pytest

from tests.unit.discovery.makers import MORE, TEMPLATES, event_template
from tests.unit.discovery.plans import Plan, function, refers, resource

QUEUE = resource("aws_sqs_queue.jobs", name="jobs")


@pytest.fixture
def found(project):
    project.templates = (*TEMPLATES, *MORE)

    def discover(document, **files: str):
        for name, text in files.items():
            project.file(f"{name}.tf", text)
        return project.discover(json.dumps(document.document), "plan.json")

    return discover


def unknown(one: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    return {**one, "unknown": attributes}


def triggers(application) -> dict[str, list[str | None]]:
    return {f.name: sorted(str(t.source) for t in f.triggers) for f in application.functions}


def test_a_local_stands_for_what_it_refers_to(found) -> None:
    plan = Plan(
        function(),
        resource("aws_sns_topic.t", name="t"),
        resource(
            "aws_sns_topic_subscription.s",
            {"topic_arn": refers("aws_sns_topic.t.arn"), "endpoint": {"references": ["local.to"]}},
            protocol="lambda",
        ),
    )
    assert triggers(found(plan)) == {"worker": []}
    local = 'locals {\n  all = { a = aws_lambda_function.worker.arn }\n  to = local.all["a"]\n}\n'
    assert triggers(found(plan, main=local)) == {"worker": ["aws_sns_topic.t"]}


def test_an_environment_of_which_nothing_is_known_has_its_names_and_values(found) -> None:
    def plan():
        return Plan(
            unknown(
                function(
                    environment=[{}],
                    expressions={"environment": [{"variables": {"references": ["var.all"]}}]},
                ),
                {"environment": [{"variables": True}]},
            ),
            QUEUE,
        )

    (worker,) = found(plan()).functions
    assert worker.environment == {}
    told = "aws_lambda_function.worker: environment.variables is known after `terraform apply` only"
    assert found(plan()).notes == (f"{told}; keep the plan beside its .tf files",)
    application = found(
        plan(),
        main="""\
        variable "queue" {}
        locals { shared = { LEVEL = "info", GIVEN = var.queue } }
        resource "aws_lambda_function" "worker" {
          environment {
            variables = merge(local.shared, {
              QUEUE = aws_sqs_queue.jobs.url
              TEXT  = "pre-${aws_sqs_queue.jobs.name}:${each.key}"
              OTHER = data.aws_ssm_parameter.x.value
            })
          }
        }
        """,
    )
    assert application.functions[0].environment == {
        "LEVEL": "info",
        "GIVEN": "given",
        "QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
        "TEXT": "pre-jobs:sample",
        "OTHER": "sample-other",
    }
    assert application.notes == ()


def test_dynamic_blocks_refer_to_what_they_go_over(found) -> None:
    plan = Plan(
        function("first"),
        function("second"),
        resource("aws_s3_bucket.b", bucket="b"),
        resource(
            "aws_s3_bucket_notification.n",
            {"bucket": refers("aws_s3_bucket.b.id")},
            lambda_function=[{"events": ["s3:ObjectCreated:*"]}, {"events": ["s3:*"]}],
        ),
    )
    assert triggers(found(plan)) == {"first": [], "second": []}
    blocks = """\
    locals {
      hooks = {
        b = { to = aws_lambda_function.second.arn, on = ["s3:*"] }
        a = { to = aws_lambda_function.first.arn, on = ["s3:ObjectCreated:*"] }
      }
    }
    resource "aws_s3_bucket_notification" "n" {
      dynamic "lambda_function" {
        for_each = local.hooks
        content {
          lambda_function_arn = lambda_function.value.to
          events              = lambda_function.value["on"]
        }
      }
    }
    """
    application = found(plan, main=blocks)
    assert triggers(application) == {"first": ["aws_s3_bucket.b"], "second": ["aws_s3_bucket.b"]}


def test_blocks_of_a_set_are_planned_in_another_order_than_written(found, project) -> None:
    written = [
        {"event_type": {"constant_value": "viewer-request"},
         "lambda_arn": refers("aws_lambda_function.first.qualified_arn")},
        {"event_type": {"constant_value": "origin-response"},
         "lambda_arn": refers("aws_lambda_function.second.qualified_arn")},
    ]  # fmt: skip
    planned = [{"event_type": "origin-response"}, {"event_type": "viewer-request"}]
    plan = Plan(
        function("first"),
        function("second"),
        resource(
            "aws_cloudfront_distribution.d",
            {"default_cache_behavior": [{"lambda_function_association": written}]},
            default_cache_behavior=[{"lambda_function_association": planned}],
        ),
    )
    edge = [
        event_template(event, {"sam": "CloudFront", "event": event})
        for event in ("viewer-request", "origin-response")
    ]
    project.templates = edge
    document = json.dumps(plan.document)
    first, second = project.discover(document, "plan.json").functions
    assert first.triggers[0].template == "viewer-request"
    assert second.triggers[0].template == "origin-response"


def mapping_(key: str) -> dict:
    return resource(
        f'aws_lambda_event_source_mapping.this["{key}"]',
        {"function_name": refers("aws_lambda_function.worker.arn"),
         "event_source_arn": {"references": ["each.value.arn", "each.value"]}},
    )  # fmt: skip


def in_a_module() -> Plan:
    streams = resource("aws_kinesis_stream.clicks", name="clicks")
    given = {"sources": refers("aws_sqs_queue.jobs.arn", "aws_kinesis_stream.clicks.arn")}
    plan = Plan(
        QUEUE, streams, queue=(given, [function(), mapping_("b_click"), mapping_("a_job")], {})
    )
    module = plan.document["configuration"]["root_module"]["module_calls"]["queue"]["module"]
    for one in module["resources"]:
        if one["type"] == "aws_lambda_event_source_mapping":
            one["for_each_expression"] = {"references": ["var.sources"]}
    return plan


def test_each_instance_of_a_loop_has_the_source_most_like_its_key(found) -> None:
    (worker,) = found(in_a_module()).functions
    assert {t.template: t.source for t in worker.triggers} == {
        "kinesis": "aws_kinesis_stream.clicks",
        "sqs": "aws_sqs_queue.jobs",
    }


def test_each_instance_of_a_loop_has_the_source_that_the_files_give_it(found, project) -> None:
    listed = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "queue", "Dir": "modules/queue"}]}
    project.file(".terraform/modules/modules.json", json.dumps(listed))
    project.file(
        "modules/queue/main.tf",
        """\
        variable "sources" {}
        resource "aws_lambda_event_source_mapping" "this" {
          for_each         = { for key, one in var.sources : key => one if true }
          event_source_arn = lookup(each.value, "arn", null)
        }
        """,
    )
    main = """\
    module "queue" {
      source  = "./modules/queue"
      sources = {
        a_job   = { arn = aws_kinesis_stream.clicks.arn, size = 3 }
        b_click = { arn = aws_sqs_queue.jobs.arn }
      }
    }
    """
    plan = in_a_module()
    for one in plan.document["planned_values"]["root_module"]["child_modules"][0]["resources"]:
        one["values"].setdefault("batch_size", 3 if "a_job" in one["address"] else 4)
    (worker,) = found(plan, main=main).functions
    assert {t.source: t.batch_size for t in worker.triggers} == {
        "aws_kinesis_stream.clicks": 3,
        "aws_sqs_queue.jobs": 4,
    }


def test_documents_that_refer_to_what_is_not_there_yet_are_read(found) -> None:
    role = resource("aws_iam_role.r", name="r")
    policies = [
        unknown(
            resource(f"aws_iam_role_policy.{name}", {"role": refers("aws_iam_role.r.id")}),
            {"policy": True},
        )
        for name in ("encoded", "here", "data")
    ]
    data = resource("data.aws_iam_policy_document.d", statement=[
        {"actions": ["s3:GetObject"], "effect": None, "resources": [None]}])  # fmt: skip
    apis = [
        unknown(resource(f"aws_api_gateway_rest_api.{name}", name=name), {"body": True})
        for name in "ab"
    ]
    worker = function(expressions={"role": refers("aws_iam_role.r.arn")})
    application = found(
        Plan(worker, role, QUEUE, *policies, {**data, "mode": "data"}, *apis),
        main="""\
        data "aws_iam_policy_document" "d" {
          statement {
            actions   = ["s3:GetObject"]
            resources = ["${aws_sqs_queue.jobs.arn}/x"]
          }
        }
        resource "aws_iam_role_policy" "data" {
          policy = data.aws_iam_policy_document.d.json
        }
        resource "aws_iam_role_policy" "encoded" {
          policy = jsonencode({ Statement = [
            { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.jobs.arn }] })
        }
        resource "aws_iam_role_policy" "here" {
          policy = <<EOF
        {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "${aws_sqs_queue.jobs.arn}"}}
        EOF
        }
        resource "aws_api_gateway_rest_api" "a" {
          body = jsonencode({ openapi = "3.0.1", paths = { "/orders" = { post = {
            x-amazon-apigateway-integration = {
              type = "AWS_PROXY", uri = aws_lambda_function.worker.invoke_arn } } } } })
        }
        resource "aws_api_gateway_rest_api" "b" {
          body = templatefile("api.yaml", { to = aws_lambda_function.worker.invoke_arn })
        }
        """,
    )
    (made,) = application.functions
    arn = "arn:aws:sqs:us-east-1:123456789012:jobs"
    assert [(p["Effect"], p["Action"], p["Resource"]) for p in made.policies] == [
        ("Allow", ["sqs:SendMessage"], [arn]),
        ("Deny", ["*"], [arn]),
        ("Allow", ["s3:GetObject"], [f"{arn}/x"]),
    ]
    assert made.triggers[0].facts["route_key"] == "POST /orders"
    assert application.notes == (
        "aws_api_gateway_rest_api.b: body is known after `terraform apply` only",
    )


def test_the_lambda_module_packages_what_its_program_was_asked_for(found, project) -> None:
    archive = {
        "address": "module.fn.data.external.archive_prepare[0]",
        "mode": "data",
        "values": {
            "query": {"source_path": json.dumps([{"path": "src", "patterns": ["!x"]}])},
            "result": {"filename": "builds/1a.zip"},
        },
    }
    one = {**function(), "values": {**function()["values"], "filename": "builds/1a.zip"}}
    (worker,) = found(Plan(data=[archive], fn=({}, [one], {}))).functions
    assert (worker.name, worker.code) == ("fn.worker", project.folder / "src")


def test_an_alias_means_its_own_function_and_an_api_may_name_one_itself(found) -> None:
    def alias(name: str) -> dict:
        of = refers(f"aws_lambda_function.{name}.function_name")
        return resource(f"aws_lambda_alias.{name}", {"function_name": of}, name="live")

    arn = refers("aws_lambda_alias.second.arn")
    to = {"topic_arn": refers("aws_sns_topic.t.arn"), "endpoint": arn}
    api = resource("aws_apigatewayv2_api.a", {"target": refers("aws_lambda_function.first.arn")},
                   name="a", protocol_type="HTTP")  # fmt: skip
    application = found(
        Plan(
            function("first"),
            function("second"),
            alias("first"),
            alias("second"),
            resource("aws_sns_topic.t", name="t"),
            resource("aws_sns_topic_subscription.s", to, protocol="lambda"),
            api,
        )
    )
    assert triggers(application) == {
        "first": ["aws_apigatewayv2_api.a"],
        "second": ["aws_sns_topic.t"],
    }


def test_files_that_cannot_be_read_are_as_if_they_were_not_there(found, project) -> None:
    project.file(".terraform/modules/modules.json", "{")
    (worker,) = found(Plan(function(), QUEUE), main='locals { a = ", }\n').functions
    assert worker.runtime == "python3.12"
