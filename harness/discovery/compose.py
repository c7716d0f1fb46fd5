"""Several templates as one: nested stacks, and stacks that import what others export.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from harness.discovery.globals import with_globals
from harness.discovery.intrinsics import Resolver
from harness.discovery.loading import line_of, load_template, standing_at
from harness.discovery.rewriting import Scope
from harness.discovery.shapes import mapping, texts
from harness.discovery.transforms import transformed
from harness.errors import UsageError

# type of a nested stack -> the property that names its template
NESTED = {"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A template that is put together with others; `prefix` keeps its names apart from theirs.

    `given` are arguments of its parameters; `values` those that are known before a deployment.
    """

    template: Mapping[str, Any]
    path: Path
    prefix: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Whole:
    """The one template. `origins` names the file of each resource that comes from another one."""

    template: dict[str, Any]
    origins: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def with_nested(path: Path, values: Mapping[str, str] | None = None) -> Whole:
    """A template with its nested stacks, of any depth, in it.

    A nested stack's resources have its logical id before their own (`Orders` + `Worker`). Stacks
    whose template is not on this machine are left alone, and noted. `values` of parameters decide
    over what loops go. Raises UsageError.
    """
    return composed([Part(template=load_template(path), path=path, values=values or {})], root=path)


def composed(
    parts: Sequence[Part],
    *,
    root: Path,
    load: Callable[[Path], Mapping[str, Any]] = load_template,
) -> Whole:
    """Templates side by side as one, whose resources not of the file `root` have an origin.

    `load` reads the template of a nested stack. Raises UsageError.
    """
    whole = Whole({section: {} for section in _SECTIONS})
    members = [
        _Member(part, whole, load, {name: partial(_same, v) for name, v in part.given.items()})
        for part in parts
    ]
    if len(members) == 1 and not members[0].children and parts[0].path == root:
        whole.template = members[0].template
        return whole
    exports: dict[str, Any] = {}
    for member in members:
        member.exports = exports
        exports |= member.exported()
    for member in members:
        member.emit(root)
    return whole


def _same(value: Any) -> Any:
    return value


def _unknown(_: str, __: str | None) -> None:
    return None


class _Member:
    """One template on its way into the whole, and those nested in it."""

    def __init__(
        self,
        part: Part,
        whole: Whole,
        load: Callable[[Path], Mapping[str, Any]],
        given: Mapping[str, Callable[[], Any]],
        condition: str = "",
        trail: tuple[Path, ...] = (),
    ) -> None:
        self._part, self._whole, self._condition = part, whole, condition
        self._load = load
        self._trail = (*trail, part.path.resolve())
        self.template, notes = transformed(part.template, part.path, part.values)
        whole.notes.extend(notes)
        self.children: dict[str, _Member] = {}
        self.exports: Mapping[str, Any] = {}
        names = {
            str(name): f"{part.prefix}{name}"
            for section in _SECTIONS
            for name in mapping(self.template.get(section))
        }
        self._scope = Scope(
            names=names if part.prefix else {},
            given=given,
            output=self._output,
            export=self._export,
        )
        for name, resource in self._resources().items():
            file = self._nested_file(str(name), resource)
            if file is not None:
                self.children[str(name)] = self._child(str(name), resource, file)

    def exported(self) -> dict[str, Any]:
        """Expressions by the names under which the stack exports them."""
        found = {}
        for output in mapping(self.template.get("Outputs")).values():
            name = mapping(mapping(output).get("Export")).get("Name")
            if isinstance(name, str):
                found[name] = self._scope.moved(mapping(output).get("Value"))
        return found

    def emit(self, root: Path) -> None:
        """Put the template's sections into the whole, and then those of the nested ones."""
        target = self._whole.template
        prefix = self._part.prefix
        for section in ("Parameters", "Mappings", "Conditions"):
            for name, declared in mapping(self.template.get(section)).items():
                if name not in self._scope.given:
                    new = standing_at(name, f"{prefix}{name}")
                    target[section][new] = self._scope.moved(declared)
        for name, resource in self._resources().items():
            if str(name) in self.children:
                continue
            new = standing_at(name, f"{prefix}{name}")
            target["Resources"][new] = self._resource(resource)
            if self._part.path != root:
                self._whole.origins[str(new)] = self._part.path
        for child in self.children.values():
            child.exports = self.exports
            child.emit(root)

    def _resources(self) -> Mapping[str, Any]:
        return mapping(self.template["Resources"])

    def _resource(self, resource: Any) -> Any:
        if not isinstance(resource, dict) or "Type" not in resource:
            return resource
        own = mapping(resource.get("Properties"))
        shared = mapping(self.template.get("Globals"))
        properties = with_globals(str(resource["Type"]), own, shared)
        made = {**resource, "Properties": standing_at(own, dict(properties))}
        condition = made.pop("Condition", None)
        moved = self._scope.moved(standing_at(resource, made))
        conditions = [self._condition] if self._condition else []
        if isinstance(condition, str):
            conditions.append(self._scope.names.get(condition, condition))
        if conditions:
            moved["Condition"] = self._both(conditions)
        return moved

    def _both(self, conditions: list[str]) -> str:
        """The name of a condition which holds when all of some hold."""
        if len(conditions) == 1:
            return conditions[0]
        name = "And".join(conditions)
        wanted = {"Fn::And": [{"Condition": condition} for condition in conditions]}
        self._whole.template["Conditions"][name] = wanted
        return name

    def _nested_file(self, name: str, resource: Any) -> Path | None:
        """The template of a nested stack, None for any other resource."""
        key = NESTED.get(str(mapping(resource).get("Type")))
        if key is None:
            return None
        properties = mapping(resource.get("Properties"))
        declared = mapping(resource.get("Metadata")).get("aws:asset:path") or properties.get(key)
        if not isinstance(declared, str) or re.match(r"[a-z0-9]+://|\{\{resolve:", declared):
            self._whole.notes.append(
                f"the template of {self._part.prefix}{name} is not on this machine; not tested"
            )
            return None
        file = (self._part.path.parent / declared).resolve()
        line = line_of(properties, key) or line_of(resource)
        if not file.is_file():
            raise UsageError(
                f"{name}: its template {declared} is not there",
                path=self._part.path,
                line=line,
                mend=f"correct {key}, or build what it names",
            )
        if file in self._trail:
            raise UsageError(
                f"{name}: its template {declared} holds this one",
                path=self._part.path,
                line=line,
                mend=f"correct {key}",
            )
        return file

    def _child(self, name: str, resource: Any, file: Path) -> "_Member":
        template = self._load(file)
        declared = mapping(template.get("Parameters"))
        wanted = mapping(mapping(resource.get("Properties")).get("Parameters"))
        # Moved when asked for: an argument may be an output of a stack that is not read yet.
        given = {str(k): partial(self._scope.moved, v) for k, v in wanted.items() if k in declared}
        condition = resource.get("Condition")
        conditions = [self._condition] if self._condition else []
        if isinstance(condition, str):
            conditions.append(self._scope.names.get(condition, condition))
        part = Part(
            template=template,
            path=file,
            prefix=f"{self._part.prefix}{name}",
            values=dict(self._known(given.keys() & wanted.keys(), wanted)),
        )
        outer = self._both(conditions) if conditions else ""
        return _Member(part, self._whole, self._load, given, outer, self._trail)

    def _known(self, names: Iterable[str], wanted: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Arguments of a nested stack that stand on this template's parameters alone."""
        declared = mapping(self.template.get("Parameters"))
        values = {name: value for name, value in self._part.values.items() if name in declared}
        resolver = Resolver(self.template, self._part.path, values, _unknown, "")
        for name in names:
            try:
                value = resolver.resolve(wanted[name])
            except UsageError:
                continue  # an output, a resource: only the whole knows it
            yield name, ",".join(texts(value))

    def _output(self, stack: str, name: str) -> Any:
        child = self.children.get(stack)
        if child is None:
            return None
        output = mapping(mapping(child.template.get("Outputs")).get(name))
        return child._scope.moved(output["Value"]) if "Value" in output else None

    def _export(self, name: str) -> Any:
        return self.exports.get(name)
