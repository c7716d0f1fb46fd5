"""Resources that name the function which they call in a property of their own: `hooks.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.stack import Stack
from harness.discovery.targets import target_function
from harness.discovery.words import Declared, base_facts

_CUSTOM = "AWS::CloudFormation::CustomResource"


def hook_triggers(stack: Stack) -> Iterator[tuple[str, Declared]]:
    """(function, trigger) for each property of the table that means a function of the stack."""
    for resource in stack.resources.values():
        kind = _CUSTOM if resource.kind.startswith("Custom::") else resource.kind
        for hook in _hooks().get(kind, ()):
            for value in _at(resource.properties, hook["at"].split("/")):
                function = target_function(stack, value)
                if function is not None:
                    yield (
                        function.name,
                        Declared(
                            words=hook["words"],
                            facts={**base_facts(function), "origin": resource.physical},
                            source=resource.name,
                        ),
                    )


@cache
def _hooks() -> Mapping[str, list[dict[str, Any]]]:
    table = yaml.safe_load((Path(__file__).parent / "hooks.yaml").read_text(encoding="utf-8"))
    return {str(kind): hooks for kind, hooks in table.items()}


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif steps[0] == "*":
        for item in value if isinstance(value, list) else ():
            yield from _at(item, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _at(value[steps[0]], steps[1:])
