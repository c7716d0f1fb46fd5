"""A template with everything resolved that several readers of it need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.discovery.globals import with_globals
from harness.discovery.intrinsics import Resolver
from harness.discovery.loading import line_of
from harness.discovery.naming import arn, naming_properties, physical_name, reference
from harness.discovery.parameters import placeholder
from harness.discovery.shapes import mapping

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_QUALIFIED = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
IMPLICIT_APIS = ("ServerlessRestApi", "ServerlessHttpApi")
# What else SAM makes once for a template.
_SHARED = (
    "CodeDeployServiceRole",
    "ServerlessApiKey",
    "ServerlessDeploymentApplication",
    "ServerlessUsagePlan",
)
IMPLICIT_API_ID = "a1b2c3d4e5"
# What SAM adds to a logical id for the resources that it makes of one (`ApiProdStage`).
_MADE = (".Version", ".Alias", "Stage", "Deployment", "EventRule", "Permission", "Url")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/modules.html
_MODULE = "::MODULE"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with resolved properties, SAM's Globals among them.

    `path` is the template that declares it, `line` where it starts there.
    """

    name: str
    kind: str
    properties: Mapping[str, Any]
    physical: str
    line: int | None
    path: Path

    @property
    def arn(self) -> str:
        """Its ARN, "" when the form is not known."""
        return arn(self.kind, self.physical)


class Stack:
    """The resources of a template, resolved against its parameters.

    Resources whose condition is false are left out. SAM's implicit APIs (`ServerlessRestApi`,
    `ServerlessHttpApi`) and the roles it makes are known as references, since templates refer to
    them. `origins` names the file of each resource which another one than `path` declares. When
    `lenient`, references to what is not declared get a likely value and a note: a program adds
    resources of its own. Raises UsageError.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        path: Path,
        parameters: Mapping[str, str],
        origins: Mapping[str, Path] | None = None,
        *,
        lenient: bool = False,
    ) -> None:
        self.path = path
        self.parameters = parameters
        self._lenient = lenient
        self._origins = origins or {}
        self.name = _stack_name(path)
        self._declared: Mapping[str, Any] = template["Resources"]
        self._names: dict[str, str] = {}
        self.resolver = Resolver(template, path, parameters, self._reference, self.name)
        self._modules = tuple(
            str(name)
            for name, resource in self._declared.items()
            if str(resource["Type"]).endswith(_MODULE)
        )
        self.resolver.notes.extend(
            f"{name} is a module; what it makes is not tested" for name in self._modules
        )
        self._globals = mapping(self.resolver.resolve(mapping(template.get("Globals"))))
        self.resources = {resource.name: resource for resource in self._resolved()}

    def of_kind(self, *kinds: str) -> Iterator[Resource]:
        """The resources of some types, in the template's order."""
        return (r for r in self.resources.values() if r.kind in kinds)

    def by_value(self, value: Any) -> Resource | None:
        """The resource whose name, Ref or ARN a resolved value is."""
        if not isinstance(value, str) or not value:
            return None
        for resource in self.resources.values():
            known = {resource.physical, reference(resource.kind, resource.physical, None)}
            if value in known or value == resource.arn:
                return resource
            if resource.arn and value.startswith(f"{resource.arn}/stream/"):
                return resource
        return None

    def defaults(self, kind: str) -> Mapping[str, Any]:
        """What SAM's Globals say of every resource of a type, implicit APIs among them."""
        return with_globals(kind, {}, self._globals)

    def where(self, resource: Resource) -> str:
        """`file:line` of a resource."""
        return f"{resource.path}:{resource.line}" if resource.line else str(resource.path)

    def declares(self, resource: Resource, key: str) -> bool:
        """Whether a property stands in the file itself, under the resource or in Globals."""
        own = mapping(self._declared[resource.name].get("Properties"))
        return line_of(own, key) is not None or key not in own

    def line(self, resource: Resource, key: str) -> int | None:
        """The line of one of its properties; its own line when the property is not its own."""
        own = mapping(self._declared[resource.name].get("Properties"))
        return line_of(own, key) or resource.line

    def _resolved(self) -> Iterator[Resource]:
        for name, resource in self._declared.items():
            condition = resource.get("Condition")
            if isinstance(condition, str) and not self.resolver.holds(condition, resource):
                continue
            kind = str(resource["Type"])
            own = self.resolver.resolve(mapping(resource.get("Properties")))
            yield Resource(
                name=str(name),
                kind=kind,
                properties=with_globals(kind, own if isinstance(own, dict) else {}, self._globals),
                physical=self._physical(str(name)),
                line=line_of(self._declared, name),
                path=self._origins.get(str(name), self.path),
            )

    def _physical(self, name: str) -> str:
        if name not in self._names:
            kind = str(self._declared[name]["Type"])
            # Names may refer to each other; in a circle the made-up name ends it.
            self._names[name] = physical_name(name, kind, {}, self.name)
            own = mapping(self._declared[name].get("Properties"))
            naming = {
                key: self.resolver.resolve(own[key])
                for key in naming_properties(kind)
                if key in own
            }
            self._names[name] = physical_name(name, kind, naming, self.name)
        return self._names[name]

    def _reference(self, name: str, attribute: str | None) -> str | None:
        if name in self._declared:
            kind = str(self._declared[name]["Type"])
            if kind in _QUALIFIED and attribute in (None, "Arn", "AliasArn", "FunctionArn"):
                return self._qualified(name, kind)
            return reference(kind, self._physical(name), attribute)
        if name in IMPLICIT_APIS:
            return reference("AWS::Serverless::Api", IMPLICIT_API_ID, attribute)
        if name in _SHARED:
            return name if attribute is None else arn("AWS::IAM::Role", name)
        if name.startswith(tuple(f"{api}." for api in IMPLICIT_APIS)) or (
            attribute is None and name in [f"{api}ProdStage" for api in IMPLICIT_APIS]
        ):
            return name
        for owner in (name.removesuffix("Role"), name.removesuffix("Url"), name.split(".")[0]):
            kind = str(self._declared.get(owner, {}).get("Type"))
            if owner == name or kind not in FUNCTIONS:
                continue
            if name.endswith("Role"):
                return name if attribute is None else arn("AWS::IAM::Role", name)
            made = name.rpartition(".")[2] if "." in name else attribute
            return reference(kind, self._physical(owner), made or "FunctionUrl")
        if name.startswith(self._modules or ("\0",)):
            return placeholder(name if attribute is None else f"{name}{attribute}")
        if name.endswith(_MADE) and name.startswith(tuple(str(own) for own in self._declared)):
            return name
        if not self._lenient:
            return None
        made = placeholder(name if attribute is None else f"{name}{attribute}")
        self.resolver.notes.append(f"{name} is not declared here; {made!r} is used")
        return made

    def _qualified(self, name: str, kind: str) -> str:
        """The ARN of an alias or a version: many functions have one of the same name."""
        own = mapping(self._declared[name].get("Properties"))
        function = str(self.resolver.resolve(own.get("FunctionName")))
        whole = function if function.startswith("arn:") else arn(FUNCTIONS[1], function)
        return f"{whole}:{self._physical(name) if kind == _QUALIFIED[0] else '1'}"


def _stack_name(path: Path) -> str:
    folder = path.parent
    if folder.parts[-2:] == (".aws-sam", "build"):
        folder = folder.parent.parent
    if folder.name == "cdk.out":
        folder = folder.parent
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in folder.name.lower())
    return kept.strip("-") or "app"
