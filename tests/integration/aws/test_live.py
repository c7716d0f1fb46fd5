"""An account read over the wire becomes the application that runs there."""

import json
from pathlib import Path

import pytest

from harness.cli.loading import load_application, load_catalogue
from harness.errors import UsageError
from harness.model import Application, Function, Trigger
from tests.integration.aws.account import ACCOUNT, REGION, Account
from tests.integration.aws.conftest import SECRET, TOTAL

CATALOGUE = load_catalogue()
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"


@pytest.fixture(scope="module")
def wired(shop: Account) -> dict[str, str]:
    """Everything that can call a function, wired to one; ids that the account chose, by name."""
    made: dict[str, str] = {}
    for name in ("upload", "queue", "news", "rule", "stream", "table", "rest", "http", "url", "iot",
                 "signup", "balanced", "timed", "piped", "mail", "lets-in"):  # fmt: skip
        shop.function(f"shop-{name}", TOTAL)
    arn = {name: f"{LAMBDA}:shop-{name}" for name in ("upload", "queue", "news", "rule", "timed")}

    s3 = shop.client("s3")
    s3.create_bucket(
        Bucket="shop-uploads", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    shop.allow("shop-upload", "s3.amazonaws.com", "arn:aws:s3:::shop-uploads")
    s3.put_bucket_notification_configuration(
        Bucket="shop-uploads",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": arn["upload"],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
                }
            ]
        },
    )

    topic = shop.client("sns").create_topic(Name="shop-news")["TopicArn"]
    shop.allow("shop-news", "sns.amazonaws.com", topic)
    shop.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn["news"])

    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        ]
    }
    sqs = shop.client("sqs")
    url = sqs.create_queue(QueueName="shop-orders", Attributes={"Policy": json.dumps(policy)})
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-orders"
    shop.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    made["queue_url"] = url["QueueUrl"]
    table = shop.client("dynamodb").create_table(
        TableName="shop-rows",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    shop.client("kinesis").create_stream(StreamName="shop-clicks", ShardCount=1)
    for source, name, more in (
        (queue, "queue", {}),
        (table["LatestStreamArn"], "table", {"StartingPosition": "LATEST"}),
        (
            f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/shop-clicks",
            "stream",
            {"StartingPosition": "LATEST"},
        ),
    ):
        shop.client("lambda").create_event_source_mapping(
            EventSourceArn=source, FunctionName=f"shop-{name}", BatchSize=7, **more
        )

    events = shop.client("events")
    rule = events.put_rule(
        Name="paid", EventPattern=json.dumps({"source": ["shop"], "detail-type": ["Paid"]})
    )["RuleArn"]
    shop.allow("shop-rule", "events.amazonaws.com", rule)
    events.put_targets(Rule="paid", Targets=[{"Id": "1", "Arn": arn["rule"]}])
    shop.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn["timed"], "RoleArn": shop.role},
    )
    shop.client("pipes").create_pipe(
        Name="clicks",
        RoleArn=shop.role,
        Source=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/shop-clicks",
        Target=f"{LAMBDA}:shop-piped",
        SourceParameters={"KinesisStreamParameters": {"StartingPosition": "LATEST"}},
    )
    mail = shop.client("ses")
    mail.create_receipt_rule_set(RuleSetName="inbox")
    mail.create_receipt_rule(
        RuleSetName="inbox",
        Rule={
            "Name": "orders",
            "Enabled": True,
            "Recipients": ["orders@example.org"],
            "Actions": [{"LambdaAction": {"FunctionArn": f"{LAMBDA}:shop-mail"}}],
        },
    )
    mail.set_active_receipt_rule_set(RuleSetName="inbox")
    shop.allow("shop-mail", "ses.amazonaws.com")
    version = shop.client("lambda").publish_version(FunctionName="shop-timed")["Version"]
    shop.client("lambda").create_alias(
        FunctionName="shop-timed", Name="live", FunctionVersion=version
    )
    made["rest"] = _rest(shop)
    made["http"] = _http(shop)
    made["url"] = shop.client("lambda").create_function_url_config(
        FunctionName="shop-url", AuthType="NONE"
    )["FunctionUrl"]
    shop.client("iot").create_topic_rule(
        ruleName="pings",
        topicRulePayload={
            "sql": "SELECT * FROM 'pings'",
            "actions": [{"lambda": {"functionArn": f"{LAMBDA}:shop-iot"}}],
        },
    )
    shop.allow("shop-iot", "iot.amazonaws.com", f"arn:aws:iot:{REGION}:{ACCOUNT}:rule/pings")
    pool = shop.client("cognito-idp").create_user_pool(
        PoolName="people", LambdaConfig={"PreSignUp": f"{LAMBDA}:shop-signup"}
    )["UserPool"]
    shop.allow("shop-signup", "cognito-idp.amazonaws.com", pool["Arn"])
    made["pool"] = pool["Id"]
    made["domain"] = _balanced(shop)
    return made


def _rest(shop: Account) -> str:
    api = shop.client("apigateway")
    id = str(api.create_rest_api(name="shop")["id"])
    root = api.get_resources(restApiId=id)["items"][0]["id"]
    orders = api.create_resource(restApiId=id, parentId=root, pathPart="orders")["id"]
    one = api.create_resource(restApiId=id, parentId=orders, pathPart="{id}")["id"]
    lambdas = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{LAMBDA}"
    uri = f"{lambdas}:shop-rest"
    authorizer = api.create_authorizer(
        restApiId=id,
        name="by-token",
        type="TOKEN",
        authorizerUri=f"{lambdas}:shop-lets-in/invocations",
        identitySource="method.request.header.X-Pass",
    )["id"]
    shop.allow(
        "shop-lets-in",
        "apigateway.amazonaws.com",
        f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{id}/authorizers/{authorizer}",
    )
    api.put_method(
        restApiId=id,
        resourceId=one,
        httpMethod="PUT",
        authorizationType="CUSTOM",
        authorizerId=authorizer,
    )
    api.put_integration(
        restApiId=id,
        resourceId=one,
        httpMethod="PUT",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"{uri}/invocations",
    )
    api.create_deployment(restApiId=id, stageName="live")
    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{id}/*/PUT/orders/*"
    shop.allow("shop-rest", "apigateway.amazonaws.com", source)
    return id


def _http(shop: Account) -> str:
    api = shop.client("apigatewayv2")
    id = str(api.create_api(Name="shop", ProtocolType="HTTP")["ApiId"])
    integration = api.create_integration(
        ApiId=id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"{LAMBDA}:shop-http",
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    api.create_route(ApiId=id, RouteKey="POST /pay", Target=f"integrations/{integration}")
    api.create_stage(ApiId=id, StageName="$default")
    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{id}/*/*/pay"
    shop.allow("shop-http", "apigateway.amazonaws.com", source)
    return id


def _balanced(shop: Account) -> str:
    ec2, elb = shop.client("ec2"), shop.client("elbv2")
    subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"][:2]]
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
    group = elb.create_target_group(Name="shop-balanced", TargetType="lambda")["TargetGroups"][0]
    arn = group["TargetGroupArn"]
    shop.allow("shop-balanced", "elasticloadbalancing.amazonaws.com", arn)
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": f"{LAMBDA}:shop-balanced"}])
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )["Listeners"][0]
    elb.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/basket/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return str(balancer["DNSName"])


@pytest.fixture(scope="module")
def found(
    wired: dict[str, str], shop: Account, tmp_path_factory: pytest.TempPathFactory
) -> Application:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "a")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        return discovered(shop, tmp_path_factory.mktemp("out"))


def discovered(shop: Account, out: Path, source: str = "aws://eu-west-1") -> Application:
    scope = {
        "account": ACCOUNT,
        "functions": ["shop-*"],
        "i_may_test_this": True,
        "endpoint_url": shop.url,
    }
    return load_application(Path(source), CATALOGUE, {}, tables={"aws": scope}, out=out)


def function(application: Application, name: str) -> Function:
    return next(f for f in application.functions if f.name == name)


def trigger(application: Application, name: str) -> Trigger:
    (one,) = function(application, name).triggers
    return one


def test_only_functions_of_the_scope_are_there_and_the_rest_is_counted(found: Application) -> None:
    assert all(f.name.startswith("shop-") for f in found.functions)
    assert "1 functions are not in the scope: they are not tested" in found.notes
    assert (found.account, found.region) == (ACCOUNT, REGION)


def test_a_function_is_a_black_box_without_its_secrets(found: Application) -> None:
    talk = function(found, "shop-talk")
    assert (talk.code, talk.runtime, talk.timeout, talk.memory) == (None, "python3.11", 3, 256)
    assert talk.environment["TABLE"] == "orders"
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("name", "template", "facts"),
    [
        ("upload", "aws.s3.object-created", {"bucket": "shop-uploads", "prefix": "in/"}),
        ("news", "aws.sns.message", {"topic_name": "shop-news"}),
        ("stream", "aws.kinesis.record", {"stream": "shop-clicks"}),
        ("table", "aws.dynamodb.stream", {"table": "shop-rows"}),
        ("rule", "aws.eventbridge.event", {"source": "shop", "detail_type": "Paid"}),
        ("timed", None, {"schedule": "rate(1 day)"}),
        ("rest", None, {"path": "/orders/{id}", "method": "PUT", "stage": "live"}),
        ("http", None, {"route_key": "POST /pay", "stage": "$default"}),
        ("iot", None, {"sql": "SELECT * FROM 'pings'"}),
        ("balanced", None, {"path": "/basket/sample"}),
        ("url", "aws.lambda.function-url", {}),
        ("piped", "aws.pipes.kinesis", {}),
        ("mail", "aws.ses.receipt", {"recipient": "orders@example.org"}),
        ("lets-in", "aws.apigateway.authorizer-token", {}),
    ],
)
def test_what_calls_a_function_is_its_trigger(
    found: Application, name: str, template: str | None, facts: dict[str, str]
) -> None:
    triggers = function(found, f"shop-{name}").triggers
    one = next(t for t in triggers if facts.items() <= t.facts.items())
    assert template in (None, one.template)
    assert one.facts["function_arn"] == f"{LAMBDA}:shop-{name}"
    assert one.facts["account"] == ACCOUNT


def test_a_queue_that_a_topic_feeds_has_its_messages(found: Application) -> None:
    one = trigger(found, "shop-queue")
    assert "sns" in one.template
    assert one.facts["queue_arn"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-orders"
    assert one.facts["topic_arn"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:shop-news"
    assert one.batch_size == 7


def test_versions_and_aliases_are_told(found: Application) -> None:
    assert "shop-timed has the aliases and versions live, 1: qualifier chooses one" in found.notes


def test_ids_are_the_accounts_own(found: Application, wired: dict[str, str]) -> None:
    assert trigger(found, "shop-rest").facts["api_id"] == wired["rest"]
    assert trigger(found, "shop-http").facts["domain"].startswith(wired["http"])
    assert f".{REGION}." in trigger(found, "shop-http").facts["domain"]
    assert trigger(found, "shop-url").facts["domain"] in wired["url"]
    assert trigger(found, "shop-signup").facts["user_pool"] == wired["pool"]
    balanced = function(found, "shop-balanced").triggers
    assert {t.facts["domain"] for t in balanced} == {wired["domain"]}


def test_what_may_not_be_read_is_named_and_the_rest_is_found(
    wired: dict[str, str], shop: Account, tmp_path: Path
) -> None:
    shop.denied = {"/policy", "GetQueueAttributes", "/v1/pipes"}
    try:
        application = discovered(shop, tmp_path)
    finally:
        shop.denied = set()
    notes = " ".join(application.notes)
    for operation in ("lambda:GetPolicy", "sqs:GetQueueAttributes", "pipes:ListPipes"):
        assert f"{operation} may not be read (AccessDenied" in notes
    assert trigger(application, "shop-stream").facts["stream"] == "shop-clicks"


def test_a_stack_or_a_tag_narrows_it(wired: dict[str, str], shop: Account, tmp_path: Path) -> None:
    shop.client("lambda").tag_resource(Resource=f"{LAMBDA}:shop-news", Tags={"team": "web"})
    tagged = discovered(shop, tmp_path, "aws://eu-west-1?tag=team=web")
    assert [f.name for f in tagged.functions] == ["shop-news"]
    with pytest.raises(UsageError, match=r"aws://eu-west-1/none: there is no function in the sco"):
        discovered(shop, tmp_path, "aws://eu-west-1/none")


@pytest.mark.parametrize(
    "source", ["aws://", "aws://here", "aws://eu-west-1/a/b", "aws://eu-west-1?name=x"]
)
def test_an_address_that_is_none_is_told(source: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"write aws://\[PROFILE@\]REGION"):
        load_application(Path(source), CATALOGUE, {}, tables={}, out=tmp_path)
