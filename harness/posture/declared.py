"""Checks of the declaration alone: `checks/*.yaml`, a file a check (CWE-16, SAS-3).

    id: open-function-url
    of: [trigger]                 # function, trigger, or types of CloudFormation
    each: Statement               # optional: a list or mapping whose items are looked at in turn
    when:                         # all must hold of one and the same item
      - {at: facts.authorization, in: [NONE]}
    severity: medium
    seen: anybody may call it
    references: [...]
    flawed: [{...}]               # properties it is for, and such that it is not for:
    sound: [{...}]                # the check's own proof, which a test goes through

`at` is a path of keys; a `*` stands for any item. `in` wants one of some values, `matches` and
`lacks` a pattern found or not found in the text, `absent` says whether it may be there at all. Of
a mapping under `each` an item is `{key, value}`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from harness.catalogue.loading import Strict, documents, validated
from harness.model import Confidence, Function, ResolvedResource, Severity
from harness.posture.base import Claim, Subject

RULE = "insecure-deployment"
_FOLDER = Path(__file__).parent / "checks"
_CUT = 300


class Condition(Strict):
    """What one value must be like."""

    at: str
    in_: tuple[Any, ...] | None = Field(default=None, alias="in")
    matches: str | None = None
    lacks: str | None = None
    absent: bool = False

    def holds(self, item: Any) -> bool:
        values = list(_at(item, self.at.split(".")))
        if self.absent:
            return not values
        return any(self._fits(value) for value in values)

    def _fits(self, value: Any) -> bool:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        return (
            (self.in_ is None or value in self.in_)
            and (self.matches is None or re.search(self.matches, text) is not None)
            and (self.lacks is None or re.search(self.lacks, text) is None)
        )


class Check(Strict):
    """One file of `checks/`."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    of: tuple[str, ...] = Field(min_length=1)
    each: str = ""
    when: tuple[Condition, ...] = Field(min_length=1)
    severity: Severity
    seen: str
    remediation: str
    references: tuple[str, ...] = Field(min_length=1)
    flawed: tuple[dict[str, Any], ...] = Field(min_length=1)
    sound: tuple[dict[str, Any], ...] = Field(min_length=1)

    def evidence(self, properties: Mapping[str, Any]) -> list[Any]:
        """The items in which all conditions hold."""
        items = [properties]
        if self.each:
            items = [i for found in _at(properties, self.each.split(".")) for i in _items(found)]
        return [item for item in items if all(condition.holds(item) for condition in self.when)]


@cache
def checks(folder: Path = _FOLDER) -> tuple[Check, ...]:
    """The checks of a folder. Raises UsageError."""
    return tuple(validated(Check, document) for document in documents([folder]))


def declared(subject: Subject) -> Iterator[Claim]:
    """A claim for each check that fits the function, a trigger, or a resource it is tied to."""
    for check in checks():
        for name, trigger, properties in _subjects(subject, check.of):
            found = check.evidence(properties)
            if found:
                shown = json.dumps(_shown(check, found[0]), ensure_ascii=False, default=str)
                yield Claim(
                    rule=RULE,
                    about=f"{check.id}/{name}",
                    kind="declared",
                    seen=f"{check.seen} ({shown[:_CUT]}). {check.remediation}",
                    where=f"{name} in {_file(subject.function)}",
                    severity=check.severity,
                    confidence=Confidence.CONFIRMED,
                    trigger=trigger,
                )


def _subjects(
    subject: Subject, kinds: tuple[str, ...]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(name, trigger, properties) of everything of some kinds that belongs to the function."""
    function = subject.function
    if "function" in kinds:
        yield function.name, "", as_properties(function)
    if "trigger" in kinds:
        for trigger in function.triggers:
            facts = dict(trigger.facts)
            name = facts.get("route_key") or trigger.source or trigger.template
            yield name, trigger.template, {"template": trigger.template, "facts": facts}
    for resource in subject.application.resources:
        if resource.kind in kinds and concerns(resource, subject):
            yield resource.name, "", resource.properties


def as_properties(function: Function) -> Mapping[str, Any]:
    """A function as its checks see it."""
    return {
        "runtime": function.runtime,
        "package": function.package,
        "environment": dict(function.environment),
        "policies": [dict(policy) for policy in function.policies],
    }


def concerns(resource: ResolvedResource, subject: Subject) -> bool:
    """Whether a resource is part of how a function is deployed.

    It triggers the function, takes what it writes, names the function, or is the policy of one
    that does.
    """
    name = subject.function.name
    tied = {e.to for e in subject.application.edges if e.origin == name}
    tied |= {e.origin for e in subject.application.edges if e.to == name}
    if resource.name in tied:
        return True
    texts = set(_texts(resource.properties))
    if any(text == name or text.endswith(f":function:{name}") for text in texts):
        return True
    others = [r for r in subject.application.resources if r.name in tied]
    own = {text for other in others for text in (other.physical, other.arn) if text}
    return any(text in own or text.rpartition("/")[2] in own for text in texts)


def _shown(check: Check, item: Any) -> Any:
    """The values that were looked at; of a variable its name only, since it may be a secret."""
    if isinstance(item, Mapping) and set(item) == {"key", "value"}:
        return item["key"]
    shown = {}
    for condition in check.when:
        values = list(_at(item, condition.at.split(".")))
        shown[condition.at] = values[0] if values else None
    return shown


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step == "*":
        for item in value.values() if isinstance(value, Mapping) else _listed(value):
            yield from _at(item, rest)
    elif isinstance(value, Mapping) and value.get(step) is not None:
        yield from _at(value[step], rest)


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        if "Effect" in value:  # a policy may hold its one statement without a list
            yield value
        else:
            yield from ({"key": key, "value": item} for key, item in value.items())
    else:
        yield from _listed(value)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _file(function: Function) -> str:
    """The template's own name: paths differ from machine to machine."""
    return Path(function.declared_in.rpartition(":")[0] or function.declared_in).name
