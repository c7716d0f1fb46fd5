"""Services of the Serverless Framework: functions, their events, variables, and mistakes."""

from textwrap import dedent, indent

import pytest

from tests.unit.discovery.makers import MORE, TEMPLATES

BASE = """\
service: shop
provider:
  name: aws
  runtime: nodejs20.x
  stage: ${opt:stage, 'qa'}
  environment: {TABLE: !Ref Orders, STAGE: '${sls:stage}'}
  iam:
    role:
      statements: [{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Orders.Arn}]
functions:
  take-order:
    handler: src/app.handler
    events:
%s
resources:
  Resources:
    Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: 'orders-${self:provider.stage}'}}
    Jobs: {Type: AWS::SQS::Queue}
"""


@pytest.fixture(autouse=True)
def claimed(project) -> None:
    project.templates = (*TEMPLATES, *MORE)


def service(project, events: str, text: str = BASE, **options: str):
    lines = indent(dedent(events), "      ")
    return project.discover(text % lines if "%s" in text else text, "serverless.yml", options)


def trigger(project, events: str):
    (function,) = service(project, events).functions
    (only,) = function.triggers
    return only


def test_a_function_is_named_as_in_the_service(project) -> None:
    found = service(project, "- httpApi: GET /orders/{id}")
    (function,) = found.functions
    assert (found.name, function.name, function.handler) == (
        "shop",
        "take-order",
        "src/app.handler",
    )
    assert function.code == project.folder
    assert (function.runtime, function.timeout, function.memory) == ("nodejs20.x", 6, 1024)
    assert function.environment == {"TABLE": "orders-qa", "STAGE": "qa"}
    assert function.declared_in == f"{project.folder}/serverless.yml:11"
    assert [(e.origin, e.to, e.via) for e in found.edges if e.via == "environment"] == [
        ("take-order", "Orders", "environment")
    ]
    assert {"Effect": "Allow", "Action": ["dynamodb:PutItem"],
            "Resource": ["arn:aws:dynamodb:us-east-1:123456789012:table/orders-qa"]} in (
        function.policies
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "template", "facts"),
    [
        ("http: POST orders/{id}", "rest", {"path": "/orders/{id}", "method": "POST"}),
        ("http: {path: /o, method: get}", "rest", {"path": "/o", "method": "GET", "stage": "qa"}),
        ("httpApi: '*'", "http", {"route_key": "$default", "method": "ANY"}),
        ("httpApi: {path: /o, method: put}", "http", {"route_key": "PUT /o"}),
        ("s3: photos", "s3", {"bucket": "photos", "event": "ObjectCreated:Put"}),
        ("s3: {bucket: photos, event: 's3:ObjectRemoved:*', rules: [{suffix: .png}]}", "s3",
         {"event": "ObjectRemoved:Delete", "suffix": ".png"}),
        ("sqs: {arn: !GetAtt Jobs.Arn, batchSize: 3}", "sqs", {}),
        ("sqs: arn:aws:sqs:us-east-1:1:mine", "sqs", {"queue_name": "mine"}),
        ("sns: news", "sns", {"topic_name": "news"}),
        ("sns: {arn: 'arn:aws:sns:us-east-1:1:mine', topicName: mine}", "sns",
         {"topic_arn": "arn:aws:sns:us-east-1:1:mine"}),
        ("stream: arn:aws:kinesis:us-east-1:1:stream/clicks", "kinesis", {"stream": "clicks"}),
        ("stream: {type: dynamodb, arn: !GetAtt Orders.StreamArn}", "dynamodb",
         {"table": "orders-qa"}),
        ("schedule: rate(2 hours)", "schedule", {"schedule": "rate(2 hours)"}),
        ("schedule: {rate: [cron(0 1 * * ? *)], method: scheduler, input: {a: 1}}", "schedule",
         {"schedule": "cron(0 1 * * ? *)", "input": '{"a": 1}'}),
        ("eventBridge: {schedule: rate(1 day)}", "schedule", {"schedule": "rate(1 day)"}),
        ("eventBridge: {eventBus: main, pattern: {source: [shop], detail-type: [Sold]}}",
         "eventbridge", {"bus": "main", "source": "shop", "detail_type": "Sold"}),
        ("cloudwatchEvent: {event: {source: [aws.s3]}}", "eventbridge-s3", {"source": "aws.s3"}),
        ("cloudwatchLog: /aws/lambda/hello", "logs", {"log_group": "/aws/lambda/hello"}),
        ("cognitoUserPool: {pool: users, trigger: PreSignUp}", "cognito", {}),
        ("iot: {sql: SELECT * FROM 'a'}", "iot", {"sql": "SELECT * FROM 'a'"}),
        ("alexaSkill: amzn1.ask.skill.1", "alexa", {}),
        ("websocket: $connect", "websocket", {"route_key": "$connect"}),
        ("alb: {listenerArn: a, priority: 1, conditions: {path: /api/*, method: [GET]}}", "alb",
         {"path": "/api/sample", "method": "GET"}),
        ("msk: {arn: 'arn:aws:kafka:us-east-1:1:cluster/c/1', topic: t}", "msk", {"topic": "t"}),
        ("kafka: {topic: t, bootstrapServers: [a]}", "kafka", {"topic": "t"}),
        ("activemq: {arn: 'arn:aws:mq:x', queue: q, basicAuthArn: a}", "mq", {"topic": "q"}),
        ("rabbitmq: {arn: 'arn:aws:mq:x', queue: q, basicAuthArn: a}", "mq", {"topic": "q"}),
        ("cloudFront: {eventType: viewer-request, origin: s3://x}", "edge", {}),
    ],
)  # fmt: skip
def test_every_event_of_the_framework(project, event, template, facts) -> None:
    found = trigger(project, f"- {event}")
    assert found.template == template
    assert found.facts.items() >= facts.items()


def test_events_name_the_resources_behind_them(project) -> None:
    events = "- sqs: {arn: !GetAtt Jobs.Arn, batchSize: 3}"
    found = trigger(project, events)
    assert (found.source, found.batch_size) == ("Jobs", 3)
    assert trigger(project, "- sns: news").source == "SNSTopicNews"
    assert trigger(project, "- http: GET /").source == "ApiGatewayRestApi"


def test_a_custom_integration_is_a_direct_call_and_an_authorizer_a_function_of_its_own(
    project,
) -> None:
    text = BASE.replace("resources:\n", "  judge: {handler: src/judge.handler}\nresources:\n", 1)
    event = "- http: {path: a, method: get, integration: lambda, authorizer: {name: judge}}"
    lines = indent(event, "      ")
    order, judge = project.discover(text % lines, "serverless.yml").functions
    assert [t.template for t in order.triggers] == ["direct"]
    assert [t.template for t in judge.triggers] == ["authorizer"]


def test_an_event_that_is_not_known_is_noted(project) -> None:
    found = service(project, "- teapot: {}\n- schedule: rate(1 day)")
    assert "function take-order: its event teapot is not known; not tested" in found.notes
    assert len(found.functions[0].triggers) == 1


def test_functions_in_files_of_their_own_layers_and_plugins(project) -> None:
    project.file("lib/x.js", "")
    project.file(
        "functions/orders.yml",
        """\
        orders:
          handler: src/orders.main
          layers: [!Ref SharedDashcodeLambdaLayer]
          onError: arn:aws:sqs:us-east-1:1:dead
          destinations: {onFailure: audit}
        """,
    )
    found = service(
        project,
        "",
        """\
        service: {name: shop}
        plugins: [serverless-offline]
        provider: {name: aws, runtime: python3.12, timeout: 9}
        layers: {shared-code: {path: lib}}
        functions:
          - ${file(./functions/orders.yml)}
          - audit: {handler: src/audit.main, timeout: 3, url: true}
        """,
    )
    orders, audit = found.functions
    assert orders.layers == (project.folder / "lib",)
    assert orders.declared_in == f"{project.folder}/functions/orders.yml:1"
    assert (orders.timeout, audit.timeout) == (9, 3)
    assert [t.template for t in audit.triggers] == ["function-url"]
    assert ("orders", "audit", "on-failure") in {(e.origin, e.to, e.via) for e in found.edges}
    assert "plugins are not run: serverless-offline" in found.notes


def variable(project, text: str, **options: str) -> str:
    project.file("data.yml", "deep: {list: [a, b]}\nown: '${self:custom.name}'\n")
    project.file("text.txt", "plain")
    found = project.discover(
        f"""\
        service: shop
        provider: {{name: aws, runtime: python3.12, region: eu-west-1}}
        custom:
          name: blue
          dev: {{size: 3}}
          prod: {{size: 9}}
          open: true
        params: {{default: {{level: low}}, prod: {{level: high}}}}
        functions:
          a:
            handler: a.b
            environment:
              X: {text}
        """,
        "serverless.yml",
        options,
    )
    return found.functions[0].environment["X"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${self:custom.name}-${self:service}", "blue-shop"),
        ("${self:custom.${opt:stage, 'dev'}.size}", "3"),
        ("${self:custom.missing, self:custom.name}", "blue"),
        ("${self:custom.missing, 7}", "7"),
        ("${self:custom.open}", "true"),
        ("${env:FAASFUZZ_TEST_ABSENT, \"fallback\"}", "fallback"),
        ("${env:FAASFUZZ_TEST_LEVEL}", "warm"),
        ("${file(./data.yml):deep.list.1}", "b"),
        ("${file(data.yml):own}", "blue"),
        ("${file(text.txt)}", "plain"),
        ("${file(./absent.yml):x, 'none'}", "none"),
        ("${file(./code.js):x, 'none'}", "none"),
        ("${param:level}", "low"),
        ("${opt:stage}", "dev"),
        ("${sls:stage}.${aws:region}.${aws:accountId}", "dev.eu-west-1.123456789012"),
        ("${strToBool(true)}", "true"),
        ("${ssm:/shop/queueUrl, 'x'}", "x"),
        ("${ssm:/shop/api-key}", "sample-api-key"),
        ("!Sub '${AWS::Region}-x'", "us-east-1-x"),
        ("!Sub 'x-${self:custom.name}'", "x-blue"),
    ],
)  # fmt: skip
def test_variables(project, monkeypatch, text, value) -> None:
    monkeypatch.setenv("FAASFUZZ_TEST_LEVEL", "warm")
    assert variable(project, text) == value


def test_options_choose_the_stage(project) -> None:
    assert variable(project, "${self:custom.${sls:stage}.size}", stage="prod") == "9"
    assert variable(project, "${param:level}", stage="prod") == "high"


def test_what_only_a_deployment_knows_is_noted(project) -> None:
    found = service(project, "- sns: '${ssm:/shop/topicArn}'")
    assert found.functions[0].triggers[0].facts["topic_arn"].startswith("arn:aws:sns:")
    assert any("${ssm:/shop/topicArn} is not known here" in note for note in found.notes)


def test_a_reference_to_what_a_plugin_makes_is_noted(project) -> None:
    text = BASE.replace("!Ref Orders,", "!Ref PluginTable,")
    found = service(project, "- schedule: rate(1 day)", text)
    assert found.functions[0].environment["TABLE"] == "sample-plugin-table"
    assert any(note.startswith("PluginTable is not declared here") for note in found.notes)


def test_typescript_is_taken_as_it_was_packaged(project) -> None:
    project.file("src/app.ts", "")
    found = service(project, "- schedule: rate(1 day)")
    assert "function take-order is TypeScript: run `serverless package` first" in found.notes
    project.file(".serverless/build/src/app.js", "")
    (function,) = service(project, "- schedule: rate(1 day)").functions
    assert function.code == project.folder / ".serverless" / "build"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("service: a\nprovider: {name: google}\n", "2: a service on google is not known; only"),
        ("service: a\n", "1: a service on no provider is not known; only provider aws is"),
        ("service: a\nprovider: {name: aws}\n", "1: there are no functions in it; name a"),
        ("service: a\nprovider: {name: aws}\nfunctions:\n  f: 3\n", "4: function f is no mapping"),
        ("service: a\nprovider: {name: aws}\nfunctions:\n  f: {timeout: 3}\n",
         "4: function FLambdaFunction has no Handler; add one"),
        ("service: a\nprovider: {name: aws}\nx: ${self:y}\ny: ${self:x}\n",
         "3: variables go in a circle at ${self:"),
        ("- a\n", "1: not a template: a mapping is expected; name a serverless.yml"),
        ("a: [\n", "2: not valid YAML:"),
    ],
)  # fmt: skip
def test_mistakes(project, text, told) -> None:
    assert project.mistake(text, "serverless.yml").startswith(f"serverless.yml:{told}")


def test_what_an_event_bridge_makes_of_its_events_has_a_shape_of_its_own(project) -> None:
    (function,) = project.discover(
        """\
service: shop
provider: {name: aws, runtime: python3.12}
functions:
  f:
    handler: src/app.handler
    events:
      - eventBridge: {pattern: {source: [shop]}, inputPath: $.detail}
""",
        "serverless.yml",
    ).functions
    assert [t.template for t in function.triggers] == ["direct"]
