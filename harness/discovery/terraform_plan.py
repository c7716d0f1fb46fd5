"""A Terraform plan: its resources' planned values, and what their unknown ones refer to.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.discovery.shapes import mapping, mappings

_MODULE = re.compile(r"module\.([\w-]+)(\[[^\]]*\])?\.?")
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Reference:
    """An attribute of a resource of the plan."""

    address: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource instance: planned values, and the expressions of its configuration.

    `module` is the address of its module ("" for the root), `name` its own name and index.
    """

    address: str
    type: str
    module: str
    name: str
    index: Any
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    expressions: Mapping[str, Any] = field(default_factory=dict)


class Plan:
    """Everything that a plan says of managed resources, and what archives are made of."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._configuration = mapping(document.get("configuration"))
        self._variables = mapping(document.get("variables"))
        self._unknown = {
            str(change.get("address")): mapping(mapping(change.get("change")).get("after_unknown"))
            for change in mappings(document.get("resource_changes"))
        }
        known = mapping(mapping(document.get("prior_state")).get("values"))
        self._data = {
            str(r.get("address")): mapping(r.get("values"))
            for _, r in _resources(mapping(known.get("root_module")), "")
            if r.get("mode") == "data"
        }
        planned = mapping(mapping(document.get("planned_values")).get("root_module"))
        self.resources = {
            resource.address: resource
            for module, raw in _resources(planned, "")
            if raw.get("mode") == "managed"
            for resource in (self._planned(module, raw),)
        }

    def archives(self) -> Iterator[tuple[str, str]]:
        """(archive, folder or file it is made of) of each archive that the plan makes."""
        for address, values in self._data.items():
            made_of = values.get("source_dir") or values.get("source_file")
            if ".archive_file." in f".{address}" and made_of:
                yield str(values.get("output_path")), str(made_of)

    def references(self, resource: Planned, expression: Any) -> list[Reference]:
        """The resources that an expression refers to, through variables and outputs."""
        return list(dict.fromkeys(self._followed(resource, resource.module, expression, 0)))

    def constant(self, resource: Planned, expression: Any) -> Any:
        """The value of an expression that is a constant or a variable with one; else None."""
        return self._constant(resource.module, expression, 0)

    def _planned(self, module: str, raw: Mapping[str, Any]) -> Planned:
        name, index = str(raw.get("name")), raw.get("index")
        own = next(
            (
                declared
                for declared in mappings(self._module(module).get("resources"))
                if declared.get("type") == raw.get("type") and declared.get("name") == name
            ),
            {},
        )
        return Planned(
            address=str(raw.get("address")),
            type=str(raw.get("type")),
            module=module,
            name=name if index is None else f"{name}-{index}",
            index=index,
            values=mapping(raw.get("values")),
            unknown=self._unknown.get(str(raw.get("address")), {}),
            expressions=mapping(own.get("expressions")),
        )

    def _module(self, address: str) -> Mapping[str, Any]:
        """The configuration of a module by the address of an instance."""
        found = mapping(self._configuration.get("root_module"))
        for name, _ in _MODULE.findall(address):
            found = mapping(mapping(mapping(found.get("module_calls")).get(name)).get("module"))
        return found

    def _call(self, address: str, variable: str) -> tuple[str, Any]:
        """(address of the caller, expression) of what a module is given for a variable."""
        parts = list(_MODULE.finditer(address))
        if not parts:
            return "", {"constant_value": mapping(self._variables.get(variable)).get("value")}
        outer = address[: parts[-1].start()].rstrip(".")
        calls = mapping(self._module(outer).get("module_calls"))
        given = mapping(mapping(calls.get(parts[-1].group(1))).get("expressions")).get(variable)
        if given is None:
            declared = mapping(mapping(self._module(address).get("variables")).get(variable))
            return outer, {"constant_value": declared.get("default")}
        return outer, given

    def _output(self, module: str, reference: str) -> tuple[str, Any] | None:
        """(address of the module, expression) of `module.NAME.OUTPUT`."""
        match = _MODULE.match(reference)
        if match is None:
            return None
        inner = ".".join(part for part in (module, match.group(0).rstrip(".")) if part)
        output = re.split(r"[.\[]", reference[match.end() :])[0]
        outputs = mapping(self._module(inner).get("outputs"))
        return inner, mapping(outputs.get(output)).get("expression")

    def _followed(
        self, resource: Planned, module: str, expression: Any, depth: int
    ) -> Iterator[Reference]:
        names = [str(name) for name in _names(expression)]
        for name in names if depth < _DEEPEST else ():
            if any(other.startswith((f"{name}.", f"{name}[")) for other in names):
                continue  # what holds the attribute that is meant
            if name.startswith("var."):
                caller, given = self._call(module, name.split(".")[1])
                yield from self._followed(resource, caller, given, depth + 1)
            elif name.startswith("module."):
                found = self._output(module, name)
                if found is not None:
                    yield from self._followed(resource, *found, depth + 1)
            elif not name.startswith(("data.", "local.", "each.", "count.", "path.", "self.")):
                yield from self._own(resource, module, name)

    def _own(self, resource: Planned, module: str, name: str) -> Iterator[Reference]:
        """The instance that a name means: the one with the same index, or else the first."""
        match = re.match(r"([\w-]+)\.([\w-]+)(\[[^\]]*\])?\.?(.*)$", name)
        if match is None:
            return
        type, own, index, attribute = match.groups(default="")
        address = f"{module}.{type}.{own}" if module else f"{type}.{own}"
        meant = [
            r
            for r in self.resources.values()
            if r.address == f"{address}{index}" or (not index and _bare(r.address) == address)
        ]
        same = [r for r in meant if r.index == resource.index]
        for instance in (same or meant)[:1]:
            yield Reference(instance.address, attribute or "id")

    def _constant(self, module: str, expression: Any, depth: int) -> Any:
        if "constant_value" in mapping(expression):
            return expression["constant_value"]
        names = [str(name) for name in _names(expression)]
        if len(names) != 1 or depth > _DEEPEST:
            return None
        if names[0].startswith("var."):
            caller, given = self._call(module, names[0].split(".")[1])
            return self._constant(caller, given, depth + 1)
        return None


def _resources(module: Mapping[str, Any], address: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(address of the module, resource) of a module and of those in it."""
    for resource in mappings(module.get("resources")):
        yield address, resource
    for child in mappings(module.get("child_modules")):
        yield from _resources(child, str(child.get("address")))


def _bare(address: str) -> str:
    """An address without the index of the resource itself."""
    return re.sub(r"\[[^\]]*\]$", "", address)


def _names(expression: Any) -> Sequence[Any]:
    """References of an expression, of the ones in it when it is a block."""
    if isinstance(expression, list):
        return [name for item in expression for name in _names(item)]
    if not isinstance(expression, dict):
        return []
    own = expression.get("references")
    if isinstance(own, list):
        return own
    return [name for item in expression.values() for name in _names(item)]
