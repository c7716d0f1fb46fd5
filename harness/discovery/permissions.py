"""The last resort: whom a template lets call a function, where nothing says how it is called."""

from collections.abc import Iterator

from harness.discovery.apis import api_facts
from harness.discovery.feeders import feeder
from harness.discovery.stack import Resource, Stack
from harness.discovery.targets import target_function
from harness.discovery.words import (
    Declared,
    base_facts,
    bucket_facts,
    route_facts,
    rule_facts,
    source_name,
    topic_facts,
    url_facts,
)

# principal -> SAM event type, of services of which the permission says no more
_PRINCIPALS = {
    "alexa-appkit.amazon.com": "AlexaSkill",
    "cognito-idp.amazonaws.com": "Cognito",
    "elasticloadbalancing.amazonaws.com": "ALB",
    "bedrock.amazonaws.com": "BedrockAgent",
    "alexa-connectedhome.amazon.com": "AlexaSmartHome",
    "codecommit.amazonaws.com": "CodeCommit",
    "cognito-sync.amazonaws.com": "CognitoSync",
    "config.amazonaws.com": "ConfigRule",
    "connect.amazonaws.com": "Connect",
    "iot.amazonaws.com": "IoTRule",
    "iotevents.amazonaws.com": "IoTEvents",
    "lambda.alarms.cloudwatch.amazonaws.com": "CloudWatchAlarm",
    "lex.amazonaws.com": "Lex",
    "lexv2.amazonaws.com": "Lex",
    "logs.amazonaws.com": "CloudWatchLogs",
    "scheduler.amazonaws.com": "ScheduleV2",
    "secretsmanager.amazonaws.com": "SecretsManager",
    "ses.amazonaws.com": "SES",
    "transfer.amazonaws.com": "Transfer",
    "vpc-lattice.amazonaws.com": "VpcLattice",
}


def permitted_triggers(stack: Stack, known: frozenset[str]) -> Iterator[tuple[str, Declared]]:
    """(function, trigger) by AWS::Lambda::Permission, for functions not in `known`."""
    for permission in stack.of_kind("AWS::Lambda::Permission"):
        properties = permission.properties
        function = target_function(stack, properties.get("FunctionName"))
        if function is None or function.name in known:
            continue
        source = str(properties.get("SourceArn", ""))
        principal = str(properties.get("Principal", ""))
        declared = (
            Declared(words={"sam": "FunctionUrl"}, facts=url_facts(function))
            if properties.get("Action") == "lambda:InvokeFunctionUrl"
            else _declared(stack, function, principal, source)
        )
        if declared is not None:
            yield function.name, declared


def _declared(stack: Stack, function: Resource, principal: str, source: str) -> Declared | None:
    facts = base_facts(function)
    name = source_name(stack, source)
    if principal == "s3.amazonaws.com":
        more = bucket_facts(source.rsplit(":", 1)[-1], None, None) if source else {}
        return Declared(words={"sam": "S3"}, facts=facts | more, source=name)
    if principal == "sns.amazonaws.com":
        via, fed = feeder(stack, source)
        words = {"sam": "SNS"} | via
        return Declared(words=words, facts=facts | fed | topic_facts(source), source=name)
    if principal == "events.amazonaws.com":
        more = rule_facts(source.rsplit("/", 1)[-1]) if source else {}
        return Declared(words={"sam": "EventBridgeRule"}, facts=facts | more, source=name)
    if principal == "apigateway.amazonaws.com":
        return _api(stack, function, source)
    kind = _PRINCIPALS.get(principal)
    if principal.startswith("workmail."):  # its principals name their region
        kind = "WorkMail"
    return Declared(words={"sam": kind}, facts=facts, source=name) if kind else None


def _api(stack: Stack, function: Resource, source: str) -> Declared:
    """arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH, with stars for what may be any."""
    parts = source.rsplit(":", 1)[-1].split("/", 3)
    api_id, stage, method, path = (*parts, *("*",) * (4 - len(parts)))
    api = stack.by_value(api_id)
    kind = "HttpApi" if api is not None and "V2" in api.kind else "Api"
    name, known_stage, api_id = api_facts(stack, kind, api_id.strip("*"))
    return Declared(
        words={"sam": kind},
        facts=base_facts(function)
        | route_facts(
            path.replace("*", "{proxy+}"),
            method,
            known_stage if "*" in stage else stage,
            api_id,
        ),
        source=name,
    )
