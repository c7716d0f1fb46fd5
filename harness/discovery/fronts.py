"""HTTP fronts without an API: function URLs and load balancers."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.access import url_access, url_words
from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import Resource, Stack
from harness.discovery.targets import target_function
from harness.discovery.words import Declared, base_facts, route_facts, url_facts

Found = Iterator[tuple[str, Declared]]


def front_triggers(stack: Stack) -> Found:
    """(function, trigger) for AWS::Lambda::Url and for target groups of type lambda."""
    yield from _urls(stack)
    yield from _load_balancers(stack)


def _urls(stack: Stack) -> Found:
    for url in stack.of_kind("AWS::Lambda::Url"):
        function = target_function(stack, url.properties.get("TargetFunctionArn"))
        if function is not None:
            yield (
                function.name,
                Declared(
                    words={"sam": "FunctionUrl"} | url_words(url.properties),
                    facts=url_facts(function) | url_access(url.properties),
                    source=url.name,
                ),
            )


def _load_balancers(stack: Stack) -> Found:
    for group in stack.of_kind("AWS::ElasticLoadBalancingV2::TargetGroup"):
        for target in mappings(group.properties.get("Targets")):
            function = target_function(stack, target.get("Id"))
            if function is None:
                continue
            for path, method in _listened(stack, group):
                facts = base_facts(function) | route_facts(path, method, "", "")
                facts["domain"] = f"{group.physical}.elb.amazonaws.com".lower()
                facts["target_group_arn"] = group.arn
                words = {"sam": "ALB"} | _header_words(group)
                yield function.name, Declared(words=words, facts=facts, source=group.name)


def _header_words(group: Resource) -> dict[str, str]:
    """Whether a target group sends all values of a header and of a query parameter."""
    attributes = mappings(group.properties.get("TargetGroupAttributes"))
    several = any(
        a.get("Key") == "lambda.multi_value_headers.enabled"
        and str(a.get("Value")).lower() == "true"
        for a in attributes
    )
    return {"headers": "multi-value"} if several else {}


def _listened(stack: Stack, group: Resource) -> list[tuple[str, str]]:
    """(path, method) of each listener rule that sends to a target group; all when none does."""
    found = []
    for rule in stack.of_kind("AWS::ElasticLoadBalancingV2::ListenerRule"):
        if any(_forwards(action, group) for action in mappings(rule.properties.get("Actions"))):
            path, method = "/", "ANY"
            for condition in mappings(rule.properties.get("Conditions")):
                if condition.get("Field") == "path-pattern":
                    path = _values(condition, "PathPatternConfig", path).replace("*", "sample")
                elif condition.get("Field") == "http-request-method":
                    method = _values(condition, "HttpRequestMethodConfig", method)
            found.append((path, method))
    return found or [("/", "ANY")]


def _forwards(action: Mapping[str, Any], group: Resource) -> bool:
    forward = mappings(mapping(action.get("ForwardConfig")).get("TargetGroups"))
    return group.arn in [action.get("TargetGroupArn"), *(g.get("TargetGroupArn") for g in forward)]


def _values(condition: Mapping[str, Any], config: str, default: str) -> str:
    values = texts(mapping(condition.get(config) or condition).get("Values"))
    return values[0] if values else default
