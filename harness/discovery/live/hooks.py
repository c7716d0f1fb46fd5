"""Services that call a function by a setting of their own: IoT rules, user pools, mail rules.

https://docs.aws.amazon.com/iot/latest/apireference/API_GetTopicRule.html,
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html,
https://docs.aws.amazon.com/ses/latest/APIReference/API_DescribeActiveReceiptRuleSet.html
"""

from harness.discovery.live.view import Found, View, resource
from harness.discovery.shapes import mapping, mappings


def read_iot_rules(view: View) -> Found:
    """AWS::IoT::TopicRule of rules that call a function."""
    arns = view.from_("iot")
    if arns is None:
        names = {str(r["ruleName"]) for r in view.pages("iot", "list_topic_rules", "rules")}
    else:
        names = {arn.rpartition("/")[2] for arn in arns}
    for name in sorted(names):
        rule = mapping(view.one("iot", "get_topic_rule", ruleName=name).get("rule"))
        actions = [
            {"Lambda": {"FunctionArn": mapping(action["lambda"]).get("functionArn")}}
            for action in mappings(rule.get("actions"))
            if "lambda" in action
        ]
        if actions:
            yield (
                f"iot:{name}",
                resource(
                    "AWS::IoT::TopicRule",
                    RuleName=name,
                    TopicRulePayload={"Sql": rule.get("sql"), "Actions": actions},
                ),
            )


def read_user_pools(view: View) -> Found:
    """AWS::Cognito::UserPool of pools that call a function; a pool is known by its id."""
    arns = view.from_("cognito-idp")
    if arns is None:
        pools = view.pages("cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
        ids = {str(pool["Id"]) for pool in pools}
    else:
        ids = {arn.rpartition("/")[2] for arn in arns}
    for id in sorted(ids):
        told = view.one("cognito-idp", "describe_user_pool", UserPoolId=id).get("UserPool", {})
        yield (
            f"cognito-idp:{id}",
            resource(
                "AWS::Cognito::UserPool", UserPoolName=id, LambdaConfig=told.get("LambdaConfig")
            ),
        )


def read_mail_rules(view: View) -> Found:
    """AWS::SES::ReceiptRule of the active rule set: others receive nothing."""
    told = view.one("ses", "describe_active_receipt_rule_set")
    for rule in mappings(told.get("Rules") or []):
        actions = [
            {kind: what for kind, what in action.items() if isinstance(what, dict)}
            for action in mappings(rule.get("Actions"))
        ]
        yield (
            f"ses:{rule.get('Name')}",
            resource(
                "AWS::SES::ReceiptRule",
                RuleSetName=mapping(told.get("Metadata")).get("Name"),
                Rule={
                    "Name": rule.get("Name"),
                    "Recipients": rule.get("Recipients"),
                    "Actions": actions,
                },
            ),
        )
