"""Resource policies: who may call or send, as JSON text that services give."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.live.view import View
from harness.discovery.shapes import mapping, mappings, texts

# Services whose name in a principal is not that in their ARNs.
_IN_ARNS = {"apigateway": "execute-api"}


def allowed(policy: Any) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """(statement, service principal, source ARN or "") of each statement that allows.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return
    for statement in mappings(mapping(document).get("Statement")):
        if statement.get("Effect") != "Allow":
            continue
        sources = [
            value
            for operator in mapping(statement.get("Condition")).values()
            for key, values in mapping(operator).items()
            if str(key).lower() == "aws:sourcearn"
            for value in texts(values)
        ]
        principal = statement.get("Principal")
        who = texts(mapping(principal).get("Service")) if isinstance(principal, dict) else ("*",)
        for name in who or ("*",):
            for source in sources or [""]:
                yield statement, name, source


def remember_senders(view: View, policy: Any) -> None:
    """What a queue's or a topic's policy lets in by its ARN is looked at too."""
    for _, _, source in allowed(policy):
        if source.count(":") > 2:
            view.calls(source.split(":")[2], source)


def service_of(principal: str, source: str) -> str:
    """The service of a caller as ARNs name it."""
    if source.count(":") > 2:
        return source.split(":")[2]
    name = principal.split(".")[0]
    return _IN_ARNS.get(name, name)
