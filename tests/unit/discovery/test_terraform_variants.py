"""Terraform plans tell which variant of an event comes."""

import json

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from tests.unit.discovery.plans import Plan, function, refers, resource

SHIPPED = load_templates(data_folder("event_templates"))
ARN = refers("aws_lambda_function.worker.arn")
KINESIS = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/1"
API = refers("aws_api_gateway_rest_api.a.id")


@pytest.mark.parametrize(
    ("resources", "templates"),
    [
        ([resource("aws_lambda_event_source_mapping.m", {"function_name": ARN},
                   event_source_arn=KINESIS, tumbling_window_in_seconds=60)],
         ["aws.kinesis.window"]),
        ([resource("aws_lambda_event_source_mapping.m", {"function_name": ARN},
                   event_source_arn=TABLE,
                   filter_criteria=[{"filter": [{"pattern": '{"eventName": ["REMOVE"]}'}]}])],
         ["aws.dynamodb.removed"]),
        ([resource("aws_mq_broker.b", broker_name="b", engine_type="RabbitMQ"),
          resource("aws_lambda_event_source_mapping.m", {
            "function_name": ARN, "event_source_arn": refers("aws_mq_broker.b.arn")},
            queues=["q"])], ["aws.mq.rabbitmq"]),
        ([resource("aws_api_gateway_rest_api.a", name="a"),
          resource("aws_api_gateway_method.m", {"rest_api_id": API}, resource_id="r",
                   http_method="GET", authorization="COGNITO_USER_POOLS"),
          resource("aws_api_gateway_integration.i", {"rest_api_id": API, "uri": ARN},
                   resource_id="r", http_method="GET", type="AWS_PROXY")],
         ["aws.apigateway.rest-cognito"]),
        ([resource("aws_lambda_function_url.u", {"function_name": ARN},
                   authorization_type="AWS_IAM")], ["aws.lambda.function-url-iam"]),
        ([resource("aws_lb_target_group.g", name="g", lambda_multi_value_headers_enabled=True),
          resource("aws_lb_target_group_attachment.a", {
            "target_group_arn": refers("aws_lb_target_group.g.arn"), "target_id": ARN})],
         ["aws.elb.request-multi-value"]),
        ([resource("aws_cloudfront_distribution.d", {
            "default_cache_behavior": [{"lambda_function_association": [{
                "lambda_arn": refers("aws_lambda_function.worker.qualified_arn")}]}]},
            default_cache_behavior=[{"lambda_function_association": [
                {"event_type": "viewer-request"}]}])], ["aws.cloudfront.viewer-request"]),
        ([resource("aws_cognito_user_pool.p", {"lambda_config": [{
            "pre_token_generation_config": [{"lambda_arn": ARN}]}]}, name="p",
            lambda_config=[{"pre_token_generation_config": [{"lambda_version": "V3_0"}]}])],
         ["aws.cognito.pre-token-generation-v3"]),
        ([resource("aws_config_config_rule.r", {"source": [{"source_identifier": ARN}]},
                   source=[{"source_detail": [{"message_type": "ScheduledNotification"}]}])],
         ["aws.config.rule-periodic"]),
        ([resource("aws_appsync_datasource.d", {"lambda_config": [{"function_arn": ARN}]},
                   name="worker", lambda_config=[{}]),
          resource("aws_appsync_resolver.r", {
            "data_source": refers("aws_appsync_datasource.d.name")},
            type="Query", field="item", max_batch_size=5)], ["aws.appsync.batch-resolver"]),
        ([resource("aws_bedrockagent_agent_action_group.g", {
            "action_group_executor": [{"lambda": ARN}]}, action_group_executor=[{}],
            function_schema=[{}])], ["aws.bedrock.agent-function"]),
        ([resource("aws_kinesis_firehose_delivery_stream.f", {"extended_s3_configuration": [{
            "processing_configuration": [{"processors": [{"parameters": [
                {"parameter_value": ARN}]}]}]}]}, name="f",
            kinesis_source_configuration=[{"kinesis_stream_arn": KINESIS}],
            extended_s3_configuration=[{"processing_configuration": [{"processors": [
                {"parameters": [{}]}]}]}])], ["aws.firehose.stream-source"]),
        ([resource("aws_sns_topic.t", name="t"),
          resource("aws_sns_topic_subscription.s", {
            "topic_arn": refers("aws_sns_topic.t.arn"), "endpoint": ARN}, protocol="lambda"),
          resource("aws_cloudwatch_metric_alarm.a", {
            "alarm_actions": refers("aws_sns_topic.t.arn")}, metric_query=[{"id": "a"}])],
         ["aws.sns.cloudwatch-alarm-metrics"]),
        ([resource("aws_vpclattice_target_group.g", config=[
            {"lambda_event_structure_version": "V1"}]),
          resource("aws_vpclattice_target_group_attachment.a", {
            "target_group_identifier": refers("aws_vpclattice_target_group.g.id"),
            "target": [{"id": ARN}]}, target=[{}])], ["aws.vpclattice.request-v1"]),
        ([resource("aws_s3control_object_lambda_access_point.p", {"configuration": [{
            "transformation_configuration": [{"content_transformation": [{"aws_lambda": [
                {"function_arn": ARN}]}]}]}]},
            configuration=[{"transformation_configuration": [{
                "actions": ["GetObject", "HeadObject"],
                "content_transformation": [{"aws_lambda": [{}]}]}]}])],
         ["aws.s3.object-lambda-get", "aws.s3.object-lambda-head"]),
    ],
)  # fmt: skip
def test_the_variant_of_an_event_follows_from_the_plan(project, resources, templates) -> None:
    project.templates = SHIPPED
    document = Plan(function(), *json.loads(json.dumps(resources))).document
    (worker,) = project.discover(json.dumps(document), "plan.json").functions
    assert [t.template for t in worker.triggers] == templates
