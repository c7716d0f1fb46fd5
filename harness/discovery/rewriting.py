"""Moving the expressions of one template into another: names change, references stay true."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.discovery.loading import standing_at

_SUB = re.compile(r"\$\{(?!!)\s*([^}]+?)\s*\}")
_OUTPUTS = "Outputs."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the names of a template mean where its expressions are moved to.

    `names` are new names of parameters, mappings, conditions and resources. `given` make the
    expressions that stand for parameters. `output(stack, name)` is the expression that an output
    of a nested stack stands for, `export(name)` that of an export of another stack; None when it
    is not known.
    """

    output: Callable[[str, str], Any]
    export: Callable[[str], Any]
    names: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Callable[[], Any]] = field(default_factory=dict)

    def moved(self, node: Any) -> Any:
        """The node with every reference in it rewritten; marks of lines are kept."""
        if isinstance(node, list):
            return [self.moved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            rewrite = _REWRITES.get(str(name))
            if rewrite is not None:
                return rewrite(self, node, argument)
        return standing_at(node, {key: self.moved(item) for key, item in node.items()})

    def _ref(self, node: Any, argument: Any) -> Any:
        name = str(argument)
        if name in self.given:
            return self.given[name]()
        return standing_at(node, {"Ref": self.names.get(name, argument)})

    def _get_att(self, node: Any, argument: Any) -> Any:
        if not isinstance(argument, str | list) or not argument:
            return node  # whoever resolves it tells what is wrong
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        first, rest = str(parts[0]), parts[1:]
        if len(rest) == 1 and str(rest[0]).startswith(_OUTPUTS):
            found = self.output(first, str(rest[0]).removeprefix(_OUTPUTS))
            if found is not None:
                return found
        renamed = [self.names.get(first, first), *(self.moved(part) for part in rest)]
        return standing_at(node, {"Fn::GetAtt": renamed})

    def _sub(self, node: Any, argument: Any) -> Any:
        """Names in the text are renamed; what another expression stands for becomes a variable."""
        text, own = (
            argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        )
        if not isinstance(text, str) or not isinstance(own, dict):
            return node
        variables = {key: self.moved(value) for key, value in own.items()}

        def renamed(match: re.Match[str]) -> str:
            name, _, attribute = match.group(1).partition(".")
            if match.group(1) in own:
                return match.group(0)
            argument = self.given.get(match.group(1))
            stands_for = argument() if argument is not None else None
            if attribute.startswith(_OUTPUTS):
                stands_for = self.output(name, attribute.removeprefix(_OUTPUTS))
            if stands_for is not None:
                variable = re.sub(r"\W", "", match.group(1))
                variables[variable] = stands_for
                return "${" + variable + "}"
            dotted = f".{attribute}" if attribute else ""
            return "${" + self.names.get(name, name) + dotted + "}"

        moved = _SUB.sub(renamed, text)
        return standing_at(node, {"Fn::Sub": [moved, variables] if variables else moved})

    def _named_first(self, node: Any, argument: Any) -> Any:
        """`Fn::If` and `Fn::FindInMap` begin with the name of a condition, of a mapping."""
        if not isinstance(argument, list) or not argument:
            return node
        first, *rest = argument
        named = self.names.get(first, first) if isinstance(first, str) else self.moved(first)
        return standing_at(node, {next(iter(node)): [named, *(self.moved(part) for part in rest)]})

    def _condition(self, node: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return standing_at(node, {"Condition": self.names.get(argument, argument)})
        return standing_at(node, {"Condition": self.moved(argument)})

    def _import(self, node: Any, argument: Any) -> Any:
        found = self.export(argument) if isinstance(argument, str) else None
        return found or standing_at(node, {"Fn::ImportValue": self.moved(argument)})


_REWRITES: Mapping[str, Callable[[Scope, Any, Any], Any]] = {
    "Ref": Scope._ref,
    "Fn::GetAtt": Scope._get_att,
    "Fn::Sub": Scope._sub,
    "Fn::If": Scope._named_first,
    "Fn::FindInMap": Scope._named_first,
    "Condition": Scope._condition,
    "Fn::ImportValue": Scope._import,
}
