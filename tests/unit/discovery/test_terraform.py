"""Terraform plans: resources, references between them, modules, and code."""

import json
from typing import Any

import pytest

from tests.unit.discovery.makers import MORE, TEMPLATES
from tests.unit.discovery.plans import Plan, function, refers, resource


@pytest.fixture
def found(project):
    project.templates = (*TEMPLATES, *MORE)

    def discover(*resources: dict[str, Any], **more: Any):
        document = Plan(*resources, **more).document
        return project.discover(json.dumps(document, indent=1), "plan.json")

    return discover


QUEUE = resource("aws_sqs_queue.jobs", name="jobs", fifo_queue=False)
ARN = refers("aws_lambda_function.worker.arn")


def test_a_function_of_a_plan(found, project) -> None:
    (worker,) = found(function(timeout=9, memory_size=256, architectures=["arm64"])).functions
    assert (worker.name, worker.runtime, worker.handler) == ("worker", "python3.12", "app.handler")
    assert (worker.timeout, worker.memory, worker.architecture) == (9, 256, "arm64")
    assert worker.code == project.folder / "src"


@pytest.mark.parametrize(
    ("resources", "template", "source"),
    [
        ([QUEUE, resource("aws_lambda_event_source_mapping.m", {
            "event_source_arn": refers("aws_sqs_queue.jobs.arn"), "function_name": ARN},
            batch_size=5)], "sqs", "aws_sqs_queue.jobs"),
        ([resource("aws_dynamodb_table.t", name="t", hash_key="id",
                   attribute=[{"name": "id", "type": "S"}]),
          resource("aws_lambda_event_source_mapping.m", {
            "event_source_arn": refers("aws_dynamodb_table.t.stream_arn"),
            "function_name": ARN})], "dynamodb", "aws_dynamodb_table.t"),
        ([resource("aws_s3_bucket.b", bucket="b"), resource("aws_s3_bucket_notification.n", {
            "bucket": refers("aws_s3_bucket.b.id"),
            "lambda_function": [{"lambda_function_arn": ARN}]},
            lambda_function=[{"events": ["s3:ObjectCreated:*"], "filter_suffix": ".png",
                              "filter_prefix": None}])], "s3", "aws_s3_bucket.b"),
        ([resource("aws_sns_topic.t", name="t"), resource("aws_sns_topic_subscription.s", {
            "topic_arn": refers("aws_sns_topic.t.arn"), "endpoint": ARN}, protocol="lambda")],
         "sns", "aws_sns_topic.t"),
        ([resource("aws_cloudwatch_event_rule.r", name="nightly",
                   schedule_expression="rate(1 day)"),
          resource("aws_cloudwatch_event_target.t", {
            "rule": refers("aws_cloudwatch_event_rule.r.name"), "arn": ARN}, rule="nightly")],
         "schedule", "aws_cloudwatch_event_rule.r"),
        ([resource("aws_cloudwatch_event_rule.r", name="sold",
                   event_pattern='{"source": ["shop"]}'),
          resource("aws_cloudwatch_event_target.t", {"arn": ARN}, rule="sold")],
         "eventbridge", "aws_cloudwatch_event_rule.r"),
        ([resource("aws_scheduler_schedule.s", {"target": [{"arn": ARN}]}, name="s",
                   schedule_expression="rate(1 day)", target=[{"input": '{"a": 1}'}])],
         "schedule", "aws_scheduler_schedule.s"),
        ([resource("aws_api_gateway_rest_api.a", name="a"),
          resource("aws_api_gateway_resource.o", {
            "rest_api_id": refers("aws_api_gateway_rest_api.a.id"),
            "parent_id": refers("aws_api_gateway_rest_api.a.root_resource_id")},
            path_part="orders"),
          resource("aws_api_gateway_integration.i", {
            "rest_api_id": refers("aws_api_gateway_rest_api.a.id"),
            "resource_id": refers("aws_api_gateway_resource.o.id"),
            "uri": refers("aws_lambda_function.worker.invoke_arn")},
            http_method="POST", type="AWS_PROXY")], "rest", "aws_api_gateway_rest_api.a"),
        ([resource("aws_apigatewayv2_api.a", name="a", protocol_type="HTTP"),
          resource("aws_apigatewayv2_integration.i", {
            "api_id": refers("aws_apigatewayv2_api.a.id"),
            "integration_uri": refers("aws_lambda_function.worker.invoke_arn")},
            payload_format_version="2.0"),
          resource("aws_apigatewayv2_route.r", {
            "api_id": refers("aws_apigatewayv2_api.a.id"),
            "target": refers("aws_apigatewayv2_integration.i.id")}, route_key="GET /orders/{id}")],
         "http", "aws_apigatewayv2_api.a"),
        ([resource("aws_lambda_function_url.u", {
            "function_name": refers("aws_lambda_function.worker.function_name")},
            function_name="shop-worker")], "function-url", "aws_lambda_function_url.u"),
        ([resource("aws_iot_topic_rule.r", {"lambda": [{"function_arn": ARN}]},
                   sql="SELECT *", **{"lambda": [{}]})], "iot", "aws_iot_topic_rule.r"),
        ([resource("aws_cognito_user_pool.p", {"lambda_config": [{"pre_sign_up": ARN}]}, name="p",
                   lambda_config=[{"post_confirmation": None}])],
         "cognito", "aws_cognito_user_pool.p"),
        ([resource("aws_ses_receipt_rule.r", {"lambda_action": [{"function_arn": ARN}]}, name="r",
                   recipients=["shop.example"], lambda_action=[{}])],
         "ses", "aws_ses_receipt_rule.r"),
        ([resource("aws_lb_target_group.g", name="g"),
          resource("aws_lb_target_group_attachment.a", {
            "target_group_arn": refers("aws_lb_target_group.g.arn"), "target_id": ARN})],
         "alb", "aws_lb_target_group.g"),
        ([resource("aws_sfn_state_machine.m", {"definition": ARN}, name="m")],
         "direct", "aws_sfn_state_machine.m"),
        ([resource("aws_cloudwatch_log_subscription_filter.f", {"destination_arn": ARN},
                   log_group_name="/a")], "logs", "aws_cloudwatch_log_subscription_filter.f"),
        ([resource("aws_lambda_permission.p", {
            "function_name": refers("aws_lambda_function.worker.function_name")},
            principal="alexa-appkit.amazon.com", function_name="shop-worker")], "alexa", None),
    ],
)  # fmt: skip
def test_what_triggers_a_function(found, resources, template, source) -> None:
    (trigger,) = found(function(), *resources).functions[0].triggers
    assert (trigger.template, trigger.source) == (template, source)


def test_facts_of_routes_and_notifications(found) -> None:
    resources = next(mark.args[1] for mark in test_what_triggers_a_function.pytestmark if mark.args)
    by_template = {template: found(function(), *r) for r, template, _ in resources}
    facts = {name: f.functions[0].triggers[0].facts for name, f in by_template.items()}
    assert facts["rest"]["path"] == "/orders"
    assert facts["http"]["route_key"] == "GET /orders/{id}"
    assert (facts["s3"]["prefix"], facts["s3"]["suffix"]) == ("", ".png")
    assert json.loads(facts["dynamodb"]["keys_json"])["KeySchema"][0]["AttributeName"] == "id"
    assert facts["sqs"]["queue_name"] == "jobs"


def test_what_is_not_known_before_the_plan_is_applied(found) -> None:
    variables = refers("aws_sqs_queue.jobs.url", "aws_dynamodb_table.orders.arn")
    worker = function(
        expressions={"environment": [{"variables": variables}]},
        environment=[{"variables": {"LEVEL": "info"}}],
    )
    worker["unknown"] = {"environment": [{"variables": {"ORDERS_ARN": True, "QUEUE_URL": True}}]}
    got = found(worker, QUEUE, resource("aws_dynamodb_table.orders", name="orders"))
    assert got.functions[0].environment == {
        "LEVEL": "info",
        "ORDERS_ARN": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
    }
    assert ("worker", "aws_sqs_queue.jobs") in {(e.origin, e.to) for e in got.edges}


def test_a_reference_to_a_resource_that_is_not_translated_is_noted(found) -> None:
    variables = refers("aws_elasticache_cluster.c.cluster_address")
    worker = function(expressions={"environment": [{"variables": variables}]}, environment=[{}])
    worker["unknown"] = {"environment": [{"variables": {"CACHE": True}}]}
    cluster = resource("aws_elasticache_cluster.c")
    got = found(worker, cluster)
    assert got.functions[0].environment == {"CACHE": "sample-aws-elasticache-cluster-c"}
    assert any("aws_elasticache_cluster-c is not declared here" in note for note in got.notes)


def test_a_model_and_the_parameters_of_a_method(found) -> None:
    api, orders = refers("aws_api_gateway_rest_api.a.id"), refers("aws_api_gateway_resource.o.id")
    got = found(
        function(),
        resource("aws_api_gateway_rest_api.a", name="a"),
        resource("aws_api_gateway_resource.o", {"rest_api_id": api}, path_part="orders"),
        resource("aws_api_gateway_integration.i", {
            "rest_api_id": api, "resource_id": orders, "uri": ARN},
            http_method="POST", type="AWS_PROXY"),
        resource("aws_api_gateway_model.m", {"rest_api_id": api}, name="Order",
                 schema='{"properties": {"sku": {"type": "string"}}}'),
        resource("aws_api_gateway_method.m", {"rest_api_id": api, "resource_id": orders},
                 http_method="POST", request_models={"application/json": "Order"},
                 request_parameters={"method.request.querystring.page": True}),
    )  # fmt: skip
    facts = got.functions[0].triggers[0].facts
    assert json.loads(facts["body_schema"]) == {"properties": {"sku": {"type": "string"}}}
    assert json.loads(facts["parameters_json"])[0]["name"] == "page"


def test_what_a_role_grants(found) -> None:
    role = refers("aws_iam_role.r.name")
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    got = found(
        function(expressions={"role": refers("aws_iam_role.r.arn")}),
        resource("aws_iam_role.r", name="r"),
        resource("aws_iam_role_policy.p", {"role": role}, name="p",
                 policy=json.dumps({"Statement": [statement]})),
        resource("aws_iam_role_policy_attachment.a", {"role": role}, role="r",
                 policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
    )  # fmt: skip
    assert got.functions[0].policies == (
        {"Managed": "AdministratorAccess"},
        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["*"]},
    )


def test_modules_hand_references_in_and_out(found) -> None:
    mapping = resource(
        "aws_lambda_event_source_mapping.m",
        {"event_source_arn": refers("var.queue_arn"), "function_name": ARN},
    )
    worker = function(expressions={"dead_letter_config": [{"target_arn": refers("var.dead")}]})
    worker["values"]["dead_letter_config"] = [{}]
    got = found(
        resource("aws_sqs_queue.dead", name="dead"),
        queues=({}, [QUEUE], {"arn": {"expression": refers("aws_sqs_queue.jobs.arn")}}),
        work=(
            {
                "queue_arn": {"references": ["module.queues.arn", "module.queues"]},
                "dead": refers("aws_sqs_queue.dead.arn"),
            },
            [worker, mapping],
            {},
        ),
    )
    (worker,) = got.functions
    assert worker.name == "work.worker"
    assert [t.source for t in worker.triggers] == ["module.queues.aws_sqs_queue.jobs"]
    assert ("work.worker", "aws_sqs_queue.dead", "dead-letter") in {
        (e.origin, e.to, e.via) for e in got.edges
    }


def test_instances_refer_to_those_with_the_same_key(found) -> None:
    def instance(key: str) -> list[dict[str, Any]]:
        worker = function()
        worker |= {"address": f'aws_lambda_function.worker["{key}"]', "index": key}
        worker["values"] = {**worker["values"], "function_name": f"shop-{key}"}
        name = {"references": ["aws_lambda_function.worker", "each.key"]}
        url = resource(f'aws_lambda_function_url.u["{key}"]', {"function_name": name})
        return [worker, url]

    got = found(*instance("a"), *instance("b"))
    assert [(f.name, f.triggers[0].source) for f in got.functions] == [
        ("worker-a", 'aws_lambda_function_url.u["a"]'),
        ("worker-b", 'aws_lambda_function_url.u["b"]'),
    ]


def test_code_is_what_an_archive_is_made_of(found, project) -> None:
    archive = {
        "address": "data.archive_file.zip",
        "mode": "data",
        "type": "archive_file",
        "values": {"output_path": "build/app.zip", "source_file": "./src/app.py"},
    }
    worker = function()
    worker["values"] |= {"filename": "build/app.zip"}
    (worker,) = found(worker, data=[archive]).functions
    assert worker.code == project.folder / "src"


def test_code_elsewhere_is_noted_and_an_image_is_one(found) -> None:
    far, image = function("far"), function("image", package_type="Image", image_uri="x/y:1")
    far["values"] |= {"filename": None, "s3_bucket": "b", "s3_key": "k"}
    image["values"] |= {"filename": None}
    far, image = found(far, image).functions
    assert far.code is None
    assert any("its code is in S3" in note for note in far.notes)
    assert image.package == "image"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"values": {}}, "1: this is a state and no plan; make one by `terraform plan"),
        ({"planned_values": {}}, "1: there is no function in the plan; make one by"),
    ],
)
def test_mistakes(project, document, told) -> None:
    text = json.dumps({"terraform_version": "1.9", **document})
    assert project.mistake(text, "plan.json").startswith(f"plan.json:{told}")


def test_code_that_is_not_there(project) -> None:
    worker = function()
    worker["values"] |= {"filename": "missing.zip"}
    told = project.mistake(json.dumps(Plan(worker).document), "plan.json")
    assert told.startswith("plan.json: aws_lambda_function-worker: its code folder missing.zip")


def test_a_plan_has_no_parameters(project) -> None:
    text = json.dumps(Plan(function()).document)
    assert project.mistake(text, "plan.json", a="b").startswith("plan.json: a plan has no")
