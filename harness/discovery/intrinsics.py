"""Resolving intrinsic functions against parameters, mappings, conditions and resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from itertools import islice
from pathlib import Path
from typing import Any, Final

from harness.discovery.loading import line_of
from harness.discovery.parameters import ACCOUNT, REGION, parameter_values, placeholder
from harness.discovery.shapes import mapping
from harness.errors import UsageError

_SUB = re.compile(r"\$\{(!?)([^}]+)\}")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
_BLOCKS = 256
_MISSHAPEN = (TypeError, ValueError, IndexError, KeyError, AttributeError)


class NoValue:
    """What AWS::NoValue stands for: the property is not there."""


NO_VALUE: Final = NoValue()


class Resolver:
    """Replaces intrinsic functions by values.

    `reference(name, attribute)` gives a resource's Ref (attribute None) or GetAtt value, and None
    for a name that is no resource. `notes` tell where a value was made up. Dynamic references
    (`{{resolve:ssm:...}}`) stay as they are: only a deployment can look them up.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        path: Path,
        parameters: Mapping[str, str],
        reference: Callable[[str, str | None], str | None],
        stack: str,
    ) -> None:
        self._path = path
        self._reference = reference
        self._mappings = mapping(template.get("Mappings"))
        self._conditions = mapping(template.get("Conditions"))
        self._deciding: list[str] = []
        self.notes: list[str] = []
        # What no template can know before it is deployed: nothing that stands on it is a mistake.
        self._made = {REGION}
        self._values: dict[str, Any] = {
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::StackName": stack,
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/1",
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NotificationARNs": [],
            "AWS::NoValue": NO_VALUE,
        }
        for name, value, note in parameter_values(
            mapping(template.get("Parameters")), parameters, path
        ):
            self._values[name] = value
            if note:
                self.notes.append(note)
                self._made.update([value] if isinstance(value, str) else value)
        self._evaluate: Mapping[str, Callable[[Any], Any]] = {
            "Fn::And": all,
            "Fn::Base64": lambda text: base64.b64encode(str(text).encode()).decode(),
            "Fn::Cidr": self._cidr,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAZs": lambda _: [f"{REGION}{letter}" for letter in "abcdef"],
            "Fn::GetStackOutput": self._stack_output,
            "Fn::ImportValue": self._import_value,
            "Fn::Join": lambda pair: _text(pair[0]).join(_text(part) for part in pair[1]),
            "Fn::Length": len,
            "Fn::Not": lambda one: not one[0],
            "Fn::Or": any,
            "Fn::Select": self._select,
            "Fn::Split": lambda pair: str(pair[1]).split(str(pair[0])),
            "Fn::ToJsonString": lambda value: json.dumps(value, separators=(",", ":")),
            "Fn::Transform": lambda macro: {"Fn::Transform": macro},
        }

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic replaced; what cannot be known becomes a placeholder.

        Raises UsageError for a reference to nothing, for conditions that go in a circle, and for
        arguments of the wrong shape.
        """
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name == "Ref" or str(name).startswith("Fn::"):
                    return self._call(str(name), argument, value)
                if name == "Condition" and isinstance(argument, str):
                    return self.holds(argument, value)
            made = {str(key): self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in made.items() if item is not NO_VALUE}
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not NO_VALUE]
        return str(value) if isinstance(value, str) else value

    def holds(self, condition: str, where: Any = None) -> bool:
        """Whether a named condition is true. Raises UsageError."""
        if condition not in self._conditions:
            raise UsageError(
                f"condition {condition} is not declared",
                path=self._path,
                line=line_of(where),
                mend="declare it under Conditions, or correct its name",
            )
        if condition in self._deciding:
            circle = " -> ".join((*self._deciding, condition))
            raise UsageError(
                f"conditions go in a circle: {circle}",
                path=self._path,
                line=line_of(self._conditions, condition),
                mend="let one of them stand on parameters alone",
            )
        self._deciding.append(condition)
        try:
            return bool(self.resolve(self._conditions[condition]))
        finally:
            self._deciding.pop()

    def _call(self, name: str, argument: Any, node: Any) -> Any:
        try:
            if name == "Ref":
                return self._ref(str(self.resolve(argument)), node)
            if name == "Fn::GetAtt":
                return self._get_att(argument, node)
            if name == "Fn::Sub":
                return self._sub(argument, node)
            if name == "Fn::Equals":
                one, other = (self.resolve(part) for part in argument)
                return _text(one) == _text(other)
            if name == "Fn::If":
                condition, yes, no = argument
                named = str(self.resolve(condition))
                return self.resolve(yes if self.holds(named, node) else no)
            if name not in self._evaluate:
                self.notes.append(f"{name} is not evaluated")
                return self.resolve(argument)
            return self._evaluate[name](self.resolve(argument))
        except _MISSHAPEN as error:
            raise UsageError(
                f"the arguments of {name} are not understood ({error})",
                path=self._path,
                line=line_of(node),
                mend="see its page in the CloudFormation guide",
            ) from error

    def _ref(self, name: str, node: Any) -> Any:
        if name in self._values:
            return self._values[name]
        return self._resource(name, None, f"Ref {name}", node)

    def _get_att(self, argument: Any, node: Any) -> str:
        parts = argument.split(".") if isinstance(argument, str) else argument
        first, *rest = (str(self.resolve(part)) for part in parts)
        return self._resource(first, ".".join(rest), f"GetAtt {first}.{'.'.join(rest)}", node)

    def _resource(self, name: str, attribute: str | None, what: str, node: Any) -> str:
        value = self._reference(name, attribute)
        if value is None:
            known = "parameter or resource" if attribute is None else "resource"
            raise UsageError(
                f"{what}: there is no {known} of this name",
                path=self._path,
                line=line_of(node),
                mend="declare it, or correct the name",
            )
        return value

    def _sub(self, argument: Any, node: Any) -> str:
        if isinstance(argument, dict) and "Fn::Transform" in argument:
            return str(self.resolve(argument))
        text, own = (argument, {}) if isinstance(argument, str) else argument
        values = self.resolve(own)

        def replaced(match: re.Match[str]) -> str:
            literal, name = match.group(1), match.group(2).strip()
            if literal:
                return "${" + name + "}"
            if name in values:
                return _text(values[name])
            if "." in name and name not in self._values:
                return self._get_att(name, node)
            return _text(self._ref(name, node))

        return _SUB.sub(replaced, str(text))

    def _find_in_map(self, argument: Any) -> Any:
        value: Any = self._mappings
        guessed = False
        for key in argument[:3]:
            if not isinstance(value, dict) or key not in value:
                if len(argument) > 3:
                    return argument[3]["DefaultValue"]
                guessed = guessed or key in self._made
                if not guessed or not value:
                    raise KeyError(key)
                other = next(iter(value))
                self.notes.append(f"mapping {argument[0]} has no {key!r}; {other!r} is used")
                key = other
            value = value[key]
        found = self.resolve(value)
        if guessed:
            self._made.update(map(str, found if isinstance(found, list) else [found]))
        return found

    def _select(self, argument: Any) -> Any:
        index, items = int(argument[0]), argument[1]
        if index >= len(items) and self._made.issuperset(map(str, items)) and items:
            index = 0
        return items[index]

    def _cidr(self, argument: Any) -> list[str]:
        """Blocks of an address range: of a made-up one, of a private network's; of a made-up
        number of them, all that there may be."""
        block, count, bits = (*argument, 8)[:3]
        try:
            network = ip_network(str(block), strict=False)
        except ValueError:
            network = ip_network("10.0.0.0/16")
        bits = 8 if str(bits) in self._made else int(bits)
        parts = network.subnets(new_prefix=network.max_prefixlen - bits)
        return [str(p) for p in islice(parts, _BLOCKS if str(count) in self._made else int(count))]

    def _stack_output(self, argument: Any) -> str:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html"""
        name = str(argument["OutputName"])
        made = placeholder(name)
        self.notes.append(f"output {name} is of another stack; {made!r} is used")
        return made

    def _import_value(self, argument: Any) -> str:
        made = placeholder(str(argument))
        self.notes.append(f"import {argument} is of another stack; {made!r} is used")
        return made


def _text(value: Any) -> str:
    """A scalar as CloudFormation compares and joins it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
