"""Resolving intrinsic functions against parameters, mappings, conditions and resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.loading import line_of
from harness.errors import UsageError

REGION = "us-east-1"
ACCOUNT = "123456789012"
_SUB = re.compile(r"\$\{(!?)([^}]+)\}")


class NoValue:
    """What AWS::NoValue stands for: the property is not there."""


NO_VALUE = NoValue()


class Resolver:
    """Replaces intrinsic functions by values.

    `reference(name, attribute)` gives a resource's Ref (attribute None) or GetAtt value, and None for a name that is no
    resource. Raises UsageError for a reference to nothing, and for conditions that go in circles.
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
        self._mappings = template.get("Mappings") or {}
        self._conditions = template.get("Conditions") or {}
        self._deciding: list[str] = []
        self.notes: list[str] = []
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
        declared = template.get("Parameters") or {}
        for name in parameters:
            if name not in declared:
                raise UsageError(
                    f"the template has no parameter {name!r}",
                    path=path,
                    mend=f"it declares {', '.join(declared) or 'none'}",
                )
        for name, parameter in declared.items():
            self._values[name] = self._parameter(name, parameter, parameters)

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic replaced; what cannot be known becomes a placeholder."""
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name == "Ref" or name == "Condition" or str(name).startswith("Fn::"):
                    return self._call(str(name), argument, value)
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
                f"condition {condition!r} is not declared", path=self._path, line=line_of(where)
            )
        if condition in self._deciding:
            circle = " -> ".join((*self._deciding, condition))
            raise UsageError(
                f"conditions go in a circle: {circle}",
                path=self._path,
                line=line_of(self._conditions, condition),
            )
        self._deciding.append(condition)
        try:
            return bool(self.resolve(self._conditions[condition]))
        finally:
            self._deciding.pop()

    def _parameter(self, name: str, parameter: Any, given: Mapping[str, str]) -> Any:
        parameter = parameter if isinstance(parameter, dict) else {}
        kind = str(parameter.get("Type", "String"))
        if name in given:
            value: Any = given[name]
        elif "Default" in parameter:
            value = parameter["Default"]
        else:
            allowed = parameter.get("AllowedValues")
            value = (
                allowed[0] if allowed else ("1" if kind == "Number" else f"{name.lower()}-value")
            )
            self.notes.append(f"parameter {name} has no default; {value!r} is used")
        if kind.startswith("AWS::SSM::Parameter::Value"):
            value = f"{str(value).strip('/').replace('/', '-')}-value"
        if kind in ("CommaDelimitedList",) or kind.startswith("List<"):
            return [part.strip() for part in str(value).split(",")]
        return str(value)

    def _call(self, name: str, argument: Any, node: Any) -> Any:
        if name == "Ref":
            return self._ref(str(argument), node)
        if name == "Condition":
            return self.holds(str(argument), node) if isinstance(argument, str) else argument
        if name == "Fn::GetAtt":
            parts = argument.split(".") if isinstance(argument, str) else list(argument)
            return self._attribute(
                str(parts[0]), ".".join(str(self.resolve(p)) for p in parts[1:]), node
            )
        if name == "Fn::Sub":
            return self._sub(argument, node)
        if name == "Fn::If":
            chosen = argument[1] if self.holds(str(argument[0]), node) else argument[2]
            return self.resolve(chosen)
        handler = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
        if handler is None:
            self.notes.append(f"{name} is not evaluated")
            return self.resolve(argument)
        return handler(self.resolve(argument))

    def _ref(self, name: str, node: Any) -> Any:
        if name in self._values:
            return self._values[name]
        value = self._reference(name, None)
        if value is None:
            raise UsageError(
                f"Ref {name}: no such parameter or resource",
                path=self._path,
                line=line_of(node),
                mend="declare it, or correct its name",
            )
        return value

    def _attribute(self, name: str, attribute: str, node: Any) -> Any:
        value = self._reference(name, attribute)
        if value is None:
            raise UsageError(
                f"GetAtt {name}.{attribute}: no such resource", path=self._path, line=line_of(node)
            )
        return value

    def _sub(self, argument: Any, node: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
        values = self.resolve(own)

        def replaced(match: re.Match[str]) -> str:
            literal, name = match.group(1), match.group(2).strip()
            if literal:
                return "${" + name + "}"
            if name in values:
                return str(values[name])
            if "." in name:
                resource, _, attribute = name.partition(".")
                return str(self._attribute(resource, attribute, node))
            return str(self._ref(name, node))

        return _SUB.sub(replaced, str(text))

    @staticmethod
    def _join(argument: Any) -> str:
        separator, parts = argument
        return str(separator).join(str(part) for part in parts)

    @staticmethod
    def _select(argument: Any) -> Any:
        index, items = argument
        position = int(index)
        return items[position] if isinstance(items, list) and position < len(items) else ""

    @staticmethod
    def _split(argument: Any) -> list[str]:
        separator, text = argument
        return str(text).split(str(separator))

    @staticmethod
    def _base64(argument: Any) -> str:
        return base64.b64encode(str(argument).encode()).decode()

    @staticmethod
    def _getazs(_: Any) -> list[str]:
        return [f"{REGION}{letter}" for letter in "abc"]

    @staticmethod
    def _importvalue(argument: Any) -> str:
        return f"{argument}-imported"

    @staticmethod
    def _transform(argument: Any) -> Any:
        return argument

    @staticmethod
    def _equals(argument: Any) -> bool:
        return str(argument[0]) == str(argument[1])

    @staticmethod
    def _not(argument: Any) -> bool:
        return not argument[0]

    @staticmethod
    def _and(argument: Any) -> bool:
        return all(argument)

    @staticmethod
    def _or(argument: Any) -> bool:
        return any(argument)

    def _findinmap(self, argument: Any) -> Any:
        value: Any = self._mappings
        for key in argument[:3]:
            value = value.get(key, {}) if isinstance(value, dict) else {}
        return self.resolve(value) if value != {} else ""
