"""A Terraform plan: its resources' planned values, and what their unknown ones refer to.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.shapes import mapping, mappings
from harness.discovery.terraform_blocks import iterated
from harness.discovery.terraform_files import Files, names
from harness.discovery.terraform_references import Bound, Planned, Reference, Scope, fitting

_MODULE = re.compile(r"module\.([\w-]+)(\[[^\]]*\])?\.?")
_DEEPEST = 20
# What names begin with that mean no resource.
_VALUES = ("local", "count", "path", "self", "terraform")
# Data that holds what a plan does not know, and refers to resources itself.
POLICY = "aws_iam_policy_document"


class Plan:
    """Everything that a plan says of managed resources, and what archives are made of.

    `files` say what the plan leaves out.
    """

    def __init__(self, document: Mapping[str, Any], files: Files) -> None:
        self.files = files
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
            if raw.get("mode") == "managed" or raw.get("type") == POLICY
            for resource in (self._planned(module, raw),)
        }

    def archives(self) -> Iterator[tuple[str, str]]:
        """(archive, folder or file it is made of) of each archive that the plan makes."""
        for address, values in self._data.items():
            made_of = values.get("source_dir") or values.get("source_file")
            if ".archive_file." in f".{address}" and made_of:
                yield str(values.get("output_path")), str(made_of)
            yield from _packaged(values)

    def references(self, resource: Planned, expression: Any) -> list[Reference]:
        """The resources that an expression refers to, through variables, locals and outputs."""
        return self.meant(resource, self.bound(resource, expression))

    def bound(self, resource: Planned, expression: Any) -> Bound:
        """An expression of a resource, with where it stands."""
        return Bound(self._scope(resource), expression)

    def meant(self, resource: Planned, bound: Bound) -> list[Reference]:
        """The same of an expression that stands elsewhere."""
        found = self._followed(resource, bound.scope, bound.expression, (), 0)
        return list(dict.fromkeys(found))

    def constant(self, resource: Planned, expression: Any) -> Any:
        """The value of an expression that is a constant or a variable with one; else None."""
        return self.fixed(self.bound(resource, expression))

    def fixed(self, bound: Bound, depth: int = 0) -> Any:
        """The same of an expression that stands elsewhere."""
        expression = mapping(bound.expression)
        if "constant_value" in expression:
            return expression["constant_value"]
        known = names(expression)
        if len(known) != 1 or depth > _DEEPEST or known[0].count(".") != 1:
            return None
        further = self._further(bound.scope, known[0])
        return None if further is None else self.fixed(further, depth + 1)

    def within(self, mapping_: Bound) -> dict[str, Bound]:
        """The entries of a mapping by their names, as far as the files tell."""
        return dict(self._entries(mapping_, 0))

    def _entries(self, bound: Bound, depth: int) -> Iterator[tuple[str, Bound]]:
        one = mapping(bound.expression)
        for part in mappings(one.get("merged", ())):
            yield from self._entries(Bound(bound.scope, part), depth)
        for key, entry in mapping(one.get("entries")).items():
            yield key, Bound(bound.scope, entry)
        for key, value in mapping(one.get("constant_value")).items():
            yield str(key), Bound(bound.scope, {"constant_value": value})
        for name in names(one) if "references" in one and depth < _DEEPEST else ():
            further = self._further(bound.scope, name) if name.count(".") == 1 else None
            if further is not None:
                yield from self._entries(further, depth + 1)

    def _planned(self, module: str, raw: Mapping[str, Any]) -> Planned:
        type, name, index = str(raw.get("type")), str(raw.get("name")), raw.get("index")
        own = self._declared(module, type, name)
        values = mapping(raw.get("values"))
        kind = "data" if type == POLICY else "resource"
        written = self.files.resource(module, kind, type, name)
        dynamic = written.pop("dynamic", {})
        expressions = {**mapping(own.get("expressions")), **written}
        for block, one in dynamic.items():
            made = values.get(block)
            missing = len(made) if isinstance(made, list) else 0
            there = expressions.get(block)
            before = there if isinstance(there, list) else []
            more = [iterated(one, at) for at in range(missing - len(before))]
            expressions[block] = [*before, *more]
        return Planned(
            address=str(raw.get("address")),
            type=type,
            module=module,
            name=name if index is None else f"{name}-{index}",
            index=index,
            values=values,
            unknown=self._unknown.get(str(raw.get("address")), {}),
            expressions=expressions,
        )

    def _declared(self, module: str, type: str, name: str) -> Mapping[str, Any]:
        return next(
            (
                declared
                for declared in mappings(self._module(module).get("resources"))
                if declared.get("type") == type and declared.get("name") == name
            ),
            {},
        )

    def _scope(self, resource: Planned) -> Scope:
        name = _bare(resource.address).rpartition(".")[2]
        loop = self.files.loop(resource.module, "resource", resource.type, name)
        declared = self._declared(resource.module, resource.type, name)
        beside = [r for r in self.resources.values() if _bare(r.address) == _bare(resource.address)]
        return Scope(
            resource.module,
            resource.index,
            loop or declared.get("for_each_expression"),
            tuple(sorted(str(r.index) for r in beside)),
        )

    def _module(self, address: str) -> Mapping[str, Any]:
        """The configuration of a module by the address of an instance."""
        found = mapping(self._configuration.get("root_module"))
        for name, _ in _MODULE.findall(address):
            found = mapping(mapping(mapping(found.get("module_calls")).get(name)).get("module"))
        return found

    def _call(self, address: str, variable: str) -> Bound:
        """What a module is given for a variable, where it is called."""
        parts = list(_MODULE.finditer(address))
        if not parts:
            value = mapping(self._variables.get(variable)).get("value")
            return Bound(Scope(""), {"constant_value": value})
        outer = address[: parts[-1].start()].rstrip(".")
        name, index = parts[-1].group(1), (parts[-1].group(2) or "").strip('[]"')
        call = mapping(mapping(self._module(outer).get("module_calls")).get(name))
        given = self.files.argument(outer, name, variable)
        if given is None:
            given = mapping(call.get("expressions")).get(variable)
        if given is None:
            declared = mapping(mapping(self._module(address).get("variables")).get(variable))
            given = {"constant_value": declared.get("default")}
        beside = re.compile(re.escape(f"{outer}.module.{name}[".lstrip(".")) + r'"?([^"\]]*)')
        found = (beside.match(r.address) for r in self.resources.values())
        loop = self.files.loop(outer, "module", name) or call.get("for_each_expression")
        keys = tuple(sorted({match.group(1) for match in found if match}))
        return Bound(Scope(outer, index, loop, keys), given)

    def _output(self, module: str, reference: str) -> Bound | None:
        """What `module.NAME.OUTPUT` stands for."""
        match = _MODULE.match(reference)
        if match is None:
            return None
        inner = ".".join(part for part in (module, match.group(0).rstrip(".")) if part)
        output = re.split(r"[.\[]", reference[match.end() :])[0]
        outputs = mapping(self._module(inner).get("outputs"))
        return Bound(Scope(inner), mapping(outputs.get(output)).get("expression"))

    def _further(self, scope: Scope, name: str) -> Bound | None:
        """What a variable, a local, or an output of another module stands for."""
        kind, _, rest = name.partition(".")
        own = re.split(r"[.\[]", rest)[0]
        if kind == "var":
            return self._call(scope.module, own)
        if kind == "local":
            found = self.files.local(scope.module, own)
            return None if found is None else Bound(Scope(scope.module), found)
        return self._output(scope.module, name) if kind == "module" else None

    def _followed(
        self, resource: Planned, scope: Scope, one: Any, path: tuple[str, ...], depth: int
    ) -> Iterator[Reference]:
        """References of what stands at a path in an expression."""
        if depth > _DEEPEST:
            return
        if isinstance(one, dict) and "over" in one:  # of a dynamic block
            further = (f"#{one['at']}", *one["path"], *path)
            yield from self._followed(resource, scope, one["over"], further, depth + 1)
            return
        entries = self._at_path(one, path)
        if entries is not None:
            yield from self._followed(resource, scope, entries, path[1:], depth + 1)
            return
        known = names(one)
        for name in known:
            if any(other.startswith((f"{name}.", f"{name}[")) for other in known):
                continue  # what holds the attribute that is meant
            parts = name.split(".")
            if parts[0] == "each":
                if parts[1] == "value" and scope.loop is not None:
                    inner = (str(scope.index), *parts[2:], *path)
                    place = Scope(scope.module)
                    found = self._followed(resource, place, scope.loop, inner, depth + 1)
                    yield from fitting(list(dict.fromkeys(found)), scope)
            elif (further_on := self._further(scope, name)) is not None:
                rest = () if parts[0] == "module" else tuple(parts[2:])
                yield from self._followed(
                    resource, further_on.scope, further_on.expression, (*rest, *path), depth + 1
                )
            elif parts[0] not in _VALUES and (parts[0] != "data" or parts[1] == POLICY):
                yield from self._own(resource, scope.module, name, path)

    def _at_path(self, one: Any, path: tuple[str, ...]) -> Any:
        """The entry that a path begins with; None for an expression without such an entry."""
        if not path or not isinstance(one, dict):
            return None
        for part in reversed(one.get("merged", ())):
            found = self._at_path(part, path)
            if found is not None:
                return found
        entries = one.get("entries") or {str(at): i for at, i in enumerate(one.get("items", ()))}
        if path[0].startswith("#"):
            at, order = int(path[0][1:]), sorted(entries) if "entries" in one else list(entries)
            return entries[order[at]] if at < len(order) else None
        return entries.get(path[0])

    def _own(
        self, resource: Planned, module: str, name: str, path: tuple[str, ...]
    ) -> Iterator[Reference]:
        """The instance that a name means: the one with the same index, or else the first."""
        match = re.match(r"((?:data\.)?[\w-]+)\.([\w-]+)(\[[^\]]*\])?\.?(.*)$", name)
        if match is None:
            return
        type, own, index, attribute = match.groups(default="")
        address = f"{module}.{type}.{own}" if module else f"{type}.{own}"
        meant = [
            r
            for r in self.resources.values()
            if r.address == f"{address}{index}" or (not index and _bare(r.address) == address)
        ]
        keyed = [r for r in meant if path and r.index is not None and str(r.index) == path[0]]
        same = keyed or [r for r in meant if r.index == resource.index]
        taken = path[1:] if keyed else tuple(p for p in path if not p.startswith("#"))
        for instance in (same or meant)[:1]:
            yield Reference(instance.address, attribute or ".".join(taken) or "id")


def _packaged(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(archive, folder) of what `terraform-aws-modules/lambda` builds with a program of its own.

    https://github.com/terraform-aws-modules/terraform-aws-lambda/blob/master/package.tf
    """
    archive = mapping(values.get("result")).get("filename")
    try:
        source = json.loads(str(mapping(values.get("query")).get("source_path")))
    except ValueError:
        return
    for one in source if isinstance(source, list) else [source]:
        folder = mapping(one).get("path", one)
        if isinstance(archive, str) and isinstance(folder, str):
            yield archive, folder
            return


def _resources(module: Mapping[str, Any], address: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(address of the module, resource) of a module and of those in it."""
    for resource in mappings(module.get("resources")):
        yield address, resource
    for child in mappings(module.get("child_modules")):
        yield from _resources(child, str(child.get("address")))


def _bare(address: str) -> str:
    """An address without the index of the resource itself."""
    return re.sub(r"\[[^\]]*\]$", "", address)
