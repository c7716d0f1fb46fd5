"""What a function's role grants: IAM statements, SAM policy templates, managed policies by name.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.policy_templates_data import POLICY_TEMPLATES_FILE

from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import Resource, Stack

_LISTS = ("Action", "NotAction", "Resource", "NotResource")


def granted(stack: Stack, function: Resource) -> Iterator[Mapping[str, Any]]:
    """The statements of a function: of its SAM `Policies`, or of the role it names."""
    declared = function.properties.get("Policies") or []
    for policy in declared if isinstance(declared, list) else [declared]:
        yield from _policy(stack, policy)
    role = stack.by_value(function.properties.get("Role"))
    if role is None or role.kind != "AWS::IAM::Role":
        return
    for name in texts(role.properties.get("ManagedPolicyArns")):
        yield from _managed(stack, name)
    for policy in mappings(role.properties.get("Policies")):
        yield from _document(policy.get("PolicyDocument"))
    for attached in stack.of_kind("AWS::IAM::Policy", "AWS::IAM::RolePolicy"):
        roles = attached.properties.get("Roles") or attached.properties.get("RoleName")
        if role.physical in texts(roles):
            yield from _document(attached.properties.get("PolicyDocument"))
    for attached in stack.of_kind("AWS::IAM::ManagedPolicy"):
        if role.physical in texts(attached.properties.get("Roles")):
            yield from _document(attached.properties.get("PolicyDocument"))


def _policy(stack: Stack, policy: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(policy, str):
        yield from _managed(stack, policy)
    elif isinstance(policy, dict) and "Statement" in policy:
        yield from _document(policy)
    elif isinstance(policy, dict):
        for name, arguments in policy.items():
            yield from _template(stack, name, arguments)


def _managed(stack: Stack, name: str) -> Iterator[Mapping[str, Any]]:
    own = stack.by_value(name)
    if own is not None and own.kind == "AWS::IAM::ManagedPolicy":
        yield from _document(own.properties.get("PolicyDocument"))
    else:
        yield {"Managed": name.rsplit("/", 1)[-1]}


def _template(stack: Stack, name: str, arguments: Any) -> Iterator[Mapping[str, Any]]:
    known = _templates().get(name)
    if known is None:
        yield {"Managed": name}
        return
    given = arguments if isinstance(arguments, dict) else {}
    values = {parameter: given.get(parameter, "*") for parameter in known["Parameters"]}
    yield from _document(stack.resolver.resolve(_filled(known["Definition"], values)))


@cache
def _templates() -> Mapping[str, Any]:
    """SAM's own definitions, as the translator ships them."""
    templates = json.loads(Path(POLICY_TEMPLATES_FILE).read_text(encoding="utf-8"))["Templates"]
    return dict(templates)


def _filled(node: Any, values: Mapping[str, Any]) -> Any:
    """A definition with its Refs to the template's parameters replaced by the arguments."""
    if isinstance(node, list):
        return [_filled(item, values) for item in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Ref"} and node["Ref"] in values:
        return values[node["Ref"]]
    return {key: _filled(item, values) for key, item in node.items()}


def _document(policy: Any) -> Iterator[Mapping[str, Any]]:
    """Statements with actions and resources as lists; what else they say stays as it is."""
    for statement in mappings(mapping(policy).get("Statement")):
        yield {"Effect": "Allow", "Action": [], "Resource": []} | {
            key: list(texts(value)) if key in _LISTS else value for key, value in statement.items()
        }
