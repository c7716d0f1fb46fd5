"""Target groups of type lambda, and the listener rules that send to them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
"""

from typing import Any

from harness.discovery.live.view import Found, View, resource
from harness.discovery.shapes import mapping, mappings


def read_load_balancers(view: View) -> Found:
    """AWS::ElasticLoadBalancingV2::TargetGroup and ::ListenerRule."""
    arns = view.from_("elasticloadbalancing")
    if arns is not None and not arns:
        return
    for group in view.pages("elbv2", "describe_target_groups", "TargetGroups"):
        arn = str(group["TargetGroupArn"])
        if group.get("TargetType") == "lambda" and (arns is None or arn in arns):
            yield from _group(view, group, arn)


def _group(view: View, group: dict[str, Any], arn: str) -> Found:
    name = str(group["TargetGroupName"])
    own = f"elbv2:{name}"
    view.arns[own] = arn
    health = view.one("elbv2", "describe_target_health", TargetGroupArn=arn)
    targets = [
        {"Id": mapping(entry.get("Target")).get("Id")}
        for entry in mappings(health.get("TargetHealthDescriptions") or [])
    ]
    yield (
        own,
        resource(
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            Name=name,
            TargetType="lambda",
            Targets=targets,
        ),
    )
    for balancer in group.get("LoadBalancerArns", ()):
        for told in view.pages(
            "elbv2", "describe_load_balancers", "LoadBalancers", LoadBalancerArns=[balancer]
        ):
            view.texts[f"{name}.elb.amazonaws.com".lower()] = str(told["DNSName"])
        for listener in view.pages(
            "elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer
        ):
            rules = view.pages(
                "elbv2", "describe_rules", "Rules", ListenerArn=listener["ListenerArn"]
            )
            for rule in rules:
                if arn in str(rule.get("Actions")):
                    yield (
                        f"elbv2:{str(rule['RuleArn']).rpartition('/')[2]}",
                        resource(
                            "AWS::ElasticLoadBalancingV2::ListenerRule",
                            Conditions=rule.get("Conditions"),
                            Actions=[{"Type": "forward", "TargetGroupArn": {"Ref": own}}],
                        ),
                    )
