"""SAM templates: functions, Globals, events, and the words that event templates claim."""

import json

from tests.unit.discovery.makers import only, sam

QUICK_START = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: Sample SAM Template
Globals:
  Function:
    Timeout: 30
    Environment: {Variables: {LOG_LEVEL: INFO, STAGE: dev}}
    Layers: [!Ref Shared]
Resources:
  HelloWorldFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      MemorySize: 512
      Architectures: [arm64]
      EphemeralStorage: {Size: 1024}
      Environment: {Variables: {STAGE: prod, VERBOSE: true}}
      Events:
        HelloWorld:
          Type: Api
          Properties: {Path: '/hello/{name}', Method: get}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: src}
Outputs:
  HelloWorldApi:
    Value: !Sub "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/hello/"
"""


def test_the_quick_start(project) -> None:
    application = project.discover(QUICK_START)
    (function,) = application.functions
    assert application.name == "orders-app"
    assert function.name == "HelloWorldFunction"
    assert function.code == project.folder / "src"
    assert not function.built
    assert (function.runtime, function.handler) == ("python3.12", "app.handler")
    assert (function.timeout, function.memory, function.ephemeral_mb) == (30, 512, 1024)
    assert function.architecture == "arm64"
    assert function.layers == (project.folder / "src",)
    assert function.declared_in == f"{project.folder}/template.yaml:10"
    (trigger,) = function.triggers
    assert (trigger.template, trigger.source) == ("rest", "ServerlessRestApi")
    assert trigger.facts["path"] == "/hello/{name}"
    assert trigger.facts["method"] == "GET"
    assert trigger.facts["route_key"] == "GET /hello/{name}"
    assert trigger.facts["stage"] == "Prod"
    assert trigger.facts["domain"].startswith(trigger.facts["api_id"])
    assert trigger.facts["function_name"] == "HelloWorldFunction"


def test_ones_own_properties_win_over_globals_and_mappings_are_merged(project) -> None:
    (function,) = project.discover(QUICK_START).functions
    assert function.environment == {"LOG_LEVEL": "INFO", "STAGE": "prod", "VERBOSE": "true"}


def test_a_bucket_with_a_filter(project) -> None:
    event = """\
        Upload:
          Type: S3
          Properties:
            Bucket: !Ref Uploads
            Events: ['s3:ObjectRemoved:*', 's3:ObjectCreated:*']
            Filter:
              S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: suffix, Value: .csv}]}
"""
    bucket = "  Uploads: {Type: 'AWS::S3::Bucket'}\n"
    application = project.discover(sam(event, bucket))
    created, removed = application.functions[0].triggers
    assert removed.facts["event"] == "ObjectRemoved:Delete"
    assert (created.template, created.source) == ("s3", "Uploads")
    facts = created.facts
    assert facts["event"] == "ObjectCreated:Put"
    assert (facts["prefix"], facts["suffix"]) == ("in/", ".csv")
    assert facts["bucket"] == application.resources[0].physical
    assert facts["bucket_arn"] == f"arn:aws:s3:::{facts['bucket']}"


def test_a_bucket_without_a_filter_leaves_the_key_to_the_template(project) -> None:
    event = "        U: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}\n"
    _, facts, _ = only(project.discover(sam(event, "  B: {Type: 'AWS::S3::Bucket'}\n")))
    assert not {"prefix", "suffix"} & facts.keys()


def test_mail_that_arrives_through_a_topic(project) -> None:
    event = "        Mail: {Type: SNS, Properties: {Topic: !Ref Inbox}}\n"
    more = """\
  Inbox: {Type: 'AWS::SNS::Topic', Properties: {TopicName: inbox}}
  Receive:
    Type: AWS::SES::ReceiptRule
    Properties:
      RuleSetName: main
      Rule:
        Name: to-inbox
        Recipients: [jobs@example.org]
        Actions: [{SNSAction: {TopicArn: !Ref Inbox, Encoding: UTF-8}}]
"""
    application = project.discover(sam(event, more))
    template, facts, source = only(application)
    assert (template, source) == ("sns-ses", "Inbox")
    assert facts["topic_arn"] == "arn:aws:sns:us-east-1:123456789012:inbox"
    assert (facts["rule"], facts["recipient"]) == ("to-inbox", "jobs@example.org")
    flows = {(edge.origin, edge.to, edge.via) for edge in application.edges}
    assert {("Receive", "Inbox", "ses-receipt"), ("Inbox", "Worker", "SNS")} <= flows


def queue_fed_by(project, feeder: str, raw: bool = False):
    event = "        Q: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 5}}\n"
    more = "  Jobs: {Type: 'AWS::SQS::Queue', Properties: {QueueName: jobs}}\n" + feeder
    return project.discover(sam(event, more))


def test_a_queue(project) -> None:
    application = queue_fed_by(project, "")
    (trigger,) = application.functions[0].triggers
    assert (trigger.template, trigger.source, trigger.batch_size) == ("sqs", "Jobs", 5)
    assert trigger.facts["queue_arn"] == "arn:aws:sqs:us-east-1:123456789012:jobs"
    assert trigger.facts["queue_name"] == "jobs"
    assert trigger.facts["queue_url"].endswith("/123456789012/jobs")


def test_a_queue_that_is_subscribed_to_a_topic_carries_its_envelope_unless_raw(project) -> None:
    subscription = """\
  News: {Type: 'AWS::SNS::Topic'}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: sqs
      Endpoint: !GetAtt Jobs.Arn
"""
    application = queue_fed_by(project, subscription)
    template, facts, _ = only(application)
    assert template == "sqs-sns"
    assert "News" in facts["topic_name"]
    assert ("News", "Jobs", "sns-subscription") in {
        (e.origin, e.to, e.via) for e in application.edges
    }
    raw = subscription + "      RawMessageDelivery: true\n"
    assert only(queue_fed_by(project, raw))[0] == "sqs"


def test_a_queue_that_a_bucket_notifies(project) -> None:
    bucket = """\
  Files:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn}]
"""
    application = queue_fed_by(project, bucket)
    template, facts, _ = only(application)
    assert template == "sqs-s3"
    assert facts["bucket"].startswith("orders-app-files-")
    assert ("Files", "Jobs", "s3-notification") in {
        (e.origin, e.to, e.via) for e in application.edges
    }


def test_a_table_stream_tells_the_tables_keys(project) -> None:
    event = (
        "        S: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn,"
        " StartingPosition: LATEST}}\n"
    )
    table = """\
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
"""
    application = project.discover(sam(event, table))
    template, facts, source = only(application)
    assert (template, source) == ("dynamodb", "Orders")
    assert facts["table"] == application.resources[0].physical
    assert facts["table_arn"] == application.resources[0].arn
    assert facts["stream_arn"].startswith(f"{facts['table_arn']}/stream/")
    assert json.loads(facts["keys_json"])["KeySchema"][0]["AttributeName"] == "pk"


def test_a_kinesis_stream(project) -> None:
    event = "        S: {Type: Kinesis, Properties: {Stream: !GetAtt Clicks.Arn}}\n"
    stream = "  Clicks: {Type: 'AWS::Kinesis::Stream', Properties: {Name: clicks}}\n"
    template, facts, source = only(project.discover(sam(event, stream)))
    assert (template, source, facts["stream"]) == ("kinesis", "Clicks", "clicks")


def test_a_rule_gives_what_its_pattern_asks_for(project) -> None:
    event = """\
        R:
          Type: EventBridgeRule
          Properties:
            EventBusName: orders
            Pattern: {source: [{prefix: shop.}], detail-type: [OrderPlaced, OrderPaid]}
"""
    template, facts, source = only(project.discover(sam(event)))
    assert (template, source) == ("eventbridge", "WorkerR")
    assert (facts["bus"], facts["source"], facts["detail_type"]) == (
        "orders",
        "shop.",
        "OrderPlaced",
    )
    assert json.loads(facts["pattern_json"])["detail-type"] == ["OrderPlaced", "OrderPaid"]


def test_events_of_a_bucket_on_the_bus_are_told_apart(project) -> None:
    event = """\
        R:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [aws.s3], detail: {bucket: {name: [!Ref Files]}}}
"""
    bucket = "  Files: {Type: 'AWS::S3::Bucket', Properties: {BucketName: my-files}}\n"
    template, facts, source = only(project.discover(sam(event, bucket)))
    assert (template, facts["bucket"], source) == ("eventbridge-s3", "my-files", "Files")


def test_a_schedule_with_an_input(project) -> None:
    event = (
        "        T: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{\"a\": 1}'}}\n"
    )
    template, facts, _ = only(project.discover(sam(event)))
    assert (template, facts["schedule"], facts["input"]) == ("schedule", "rate(1 day)", '{"a": 1}')
    event = (
        "        T: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 1 * * ? *),"
        " Name: nightly}}\n"
    )
    template, facts, _ = only(project.discover(sam(event)))
    assert (template, facts["rule"]) == ("schedule", "nightly")


def test_a_trigger_that_no_template_claims_is_told_and_left_out(project) -> None:
    event = "        K: {Type: MSK, Properties: {Stream: 'arn:aws:kafka:x', Topics: [t]}}\n"
    (function,) = project.discover(sam(event)).functions
    assert function.triggers == ()
    assert function.notes == ("no event template claims its trigger MSK; not tested",)


def test_a_function_without_events_has_no_trigger(project) -> None:
    (function,) = project.discover(sam("        {}\n")).functions
    assert (function.triggers, function.notes) == ((), ())


def test_a_state_machine_invokes_directly(project) -> None:
    more = """\
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.json
      DefinitionSubstitutions: {WorkerArn: !GetAtt Worker.Arn}
"""
    template, _, source = only(project.discover(sam("        {}\n", more)))
    assert (template, source) == ("direct", "Flow")
