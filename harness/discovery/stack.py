"""A template with everything resolved that several readers of it need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.discovery.intrinsics import NO_VALUE, Resolver
from harness.discovery.loading import line_of
from harness.discovery.naming import arn, physical_name, reference

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_GLOBALS = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with resolved properties. `line` is where it is declared."""

    name: str
    kind: str
    properties: Mapping[str, Any]
    physical: str
    line: int | None


class Stack:
    """The resources of a template, resolved against its parameters.

    SAM's implicit APIs (`ServerlessRestApi`, `ServerlessHttpApi`) and the roles it makes are known
    as references, since templates refer to them.
    """

    def __init__(
        self, template: Mapping[str, Any], path: Path, parameters: Mapping[str, str]
    ) -> None:
        self.path = path
        self.name = (path.parent.name or "app").lower().replace("_", "-").strip("-.") or "app"
        self._declared: Mapping[str, Any] = template["Resources"]
        self._names: dict[str, str] = {}
        self.resolver = Resolver(template, path, parameters, self._reference, self.name)
        self._globals = self.resolver.resolve(template.get("Globals") or {})
        for name, resource in self._declared.items():
            named = resource.get("Properties") or {}
            declared = {
                k: self.resolver.resolve(v) for k, v in named.items() if str(k).endswith("Name")
            }
            self._names[str(name)] = physical_name(str(name), str(resource["Type"]), declared, self.name)
        self.resources = {resource.name: resource for resource in self._resolved()}

    def of_kind(self, *kinds: str) -> Iterator[Resource]:
        """The resources of some types, in the template's order."""
        return (r for r in self.resources.values() if r.kind in kinds)

    def by_value(self, value: Any) -> Resource | None:
        """The resource whose name, Ref or ARN a resolved value is."""
        text = str(value)
        for resource in self.resources.values():
            if text in (
                resource.physical,
                reference(resource.kind, resource.physical, None),
                arn(resource.kind, resource.physical),
            ) or text.startswith(arn(resource.kind, resource.physical) + "/stream/"):
                return resource
        return None

    def where(self, resource: Resource) -> str:
        """`file:line` of a resource."""
        return f"{self.path}:{resource.line}" if resource.line else str(self.path)

    def _resolved(self) -> Iterator[Resource]:
        for name, resource in self._declared.items():
            condition = resource.get("Condition")
            if isinstance(condition, str) and not self.resolver.holds(condition, resource):
                continue
            kind = str(resource["Type"])
            properties = self.resolver.resolve(resource.get("Properties") or {})
            if properties is NO_VALUE or not isinstance(properties, dict):
                properties = {}
            defaults = self._globals.get(_GLOBALS.get(kind, ""), {})
            yield Resource(
                name=str(name),
                kind=kind,
                properties=merged(defaults, properties),
                physical=self._names[name],
                line=line_of(self._declared, name),
            )

    def _reference(self, name: str, attribute: str | None) -> str | None:
        if name in self._declared:
            kind = str(self._declared[name]["Type"])
            physical = self._names.get(name)
            if physical is None:  # a name that refers to another name, while names are made
                physical = physical_name(name, kind, {}, self.name)
            return reference(kind, physical, attribute)
        if name in ("ServerlessRestApi", "ServerlessHttpApi"):
            return "a1b2c3d4e5"
        function = name.removesuffix("Role").removesuffix("Url")
        if function != name and str(self._declared.get(function, {}).get("Type")) in FUNCTIONS:
            if attribute == "FunctionUrl":
                return f"https://{function.lower()}.lambda-url.us-east-1.on.aws/"
            return arn("AWS::IAM::Role", name)
        made = (".Version", ".Alias", "Stage", "Deployment", "EventRule")
        if (
            attribute is None
            and name.startswith(tuple(str(n) for n in self._declared))
            and (name.endswith(made))
        ):
            return name
        return None


def merged(defaults: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    """SAM's rules: mappings are merged, lists are joined, anything else of one's own wins.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    """
    made = dict(defaults) if isinstance(defaults, dict) else {}
    for key, value in own.items():
        before = made.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            made[key] = merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            made[key] = [*before, *value]
        else:
            made[key] = value
    return made
