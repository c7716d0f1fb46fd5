"""Resources that name the function which they call in a property of their own: `hooks.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.feeders import delivery_words
from harness.discovery.shapes import places, texts
from harness.discovery.stack import Stack
from harness.discovery.targets import target_function
from harness.discovery.words import Declared, base_facts

_CUSTOM = "AWS::CloudFormation::CustomResource"


def hook_triggers(stack: Stack) -> Iterator[tuple[str, Declared]]:
    """(function, trigger) for each property of the table that means a function of the stack."""
    for resource in stack.resources.values():
        kind = _CUSTOM if resource.kind.startswith("Custom::") else resource.kind
        for hook in _hooks().get(kind, ()):
            start = (resource.properties, resource.properties)
            for value, item in places(*start, hook["at"].split("/")):
                function = target_function(stack, value)
                if function is None:
                    continue
                fed = delivery_words(stack, resource.arn) if hook.get("fed") else {}
                for words in _words(hook, item, resource.properties):
                    yield (
                        function.name,
                        Declared(
                            words={**words, **fed},
                            facts={**base_facts(function), "origin": resource.physical},
                            source=resource.name,
                        ),
                    )


@cache
def _hooks() -> Mapping[str, list[dict[str, Any]]]:
    table = yaml.safe_load((Path(__file__).parent / "hooks.yaml").read_text(encoding="utf-8"))
    return {str(kind): hooks for kind, hooks in table.items()}


def _words(hook: Mapping[str, Any], item: Any, properties: Any) -> Iterator[dict[str, str]]:
    """The words of a hook, with what stands beside the function; several where that is a list."""
    words = dict(hook["words"])
    for path, more in hook.get("has", {}).items():
        if next(_beside(item, properties, path), None) is not None:
            words |= more
    several: list[dict[str, str]] = [{}]
    for word, path in hook.get("more", {}).items():
        said = [text for value in _beside(item, properties, path) for text in texts(value)]
        several = [{**one, word: text} for one in several for text in said] or several
    yield from ({**words, **one} for one in several)


def _beside(item: Any, properties: Any, path: str) -> Iterator[Any]:
    start = properties if path.startswith("/") else item
    return (value for value, _ in places(start, start, path.lstrip("/").split("/")))
