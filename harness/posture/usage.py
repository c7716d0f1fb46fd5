"""AWS calls as the policies name them: `dynamodb:PutItem orders`.

An IAM action is most often the service's prefix and the operation's name. The exceptions, and the
parameters that name a resource, are in actions.yaml.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.model import AwsCall


@cache
def actions() -> Mapping[str, Any]:
    """The tables of actions.yaml."""
    tables: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "actions.yaml").read_text())
    return tables


def usage(call: AwsCall) -> str:
    """The action that a call needed, and the resource it was for where its parameters say so."""
    tables = actions()
    prefix = tables["prefixes"].get(call.service, call.service)
    named = f"{prefix}:{call.operation}"
    action = str(tables["actions"].get(named, named))
    for name in tables["resources"].get(prefix, ()):
        value = call.parameters.get(name)
        if isinstance(value, str) and value:
            return f"{action} {_bare(value)}"
    return action


def _bare(value: str) -> str:
    """The name in an ARN, a URL or a path."""
    if value.startswith("arn:"):
        value = value.split(":", 5)[-1]
    return re.split(r"[/:]", value)[-1] or value
