"""What CloudFormation's own macros make of a template, before it is a stack.

`AWS::Include` puts a file into the template, `AWS::LanguageExtensions` repeats parts of it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/create-reusable-transform-function-snippets-and-add-to-your-template-with-aws-include-transform.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from harness.discovery.intrinsics import Resolver
from harness.discovery.loading import (
    LOOP,
    MACRO,
    check_resources,
    line_of,
    load_document,
    standing_at,
)
from harness.discovery.shapes import mapping
from harness.errors import UsageError

_INCLUDE = "AWS::Include"
_HELD = re.compile(r"[$&]\{")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
_DEEPEST = 5


def transformed(
    template: Mapping[str, Any], path: Path, values: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """(the template without loops and with the files that it includes, notes).

    `values` are given for parameters. What lies elsewhere than on this machine and what a macro of
    somebody's own would make stays out, and is noted. Raises UsageError.
    """
    notes: list[str] = []
    made = _Includes(path, notes).into(dict(template))
    if _loops(made):
        loops = _Loops(made, path, values)
        made = loops.expanded(made, 0)
        notes += loops.notes()
    made["Resources"] = standing_at(
        made.get("Resources"),
        {key: one for key, one in mapping(made.get("Resources")).items() if key != MACRO},
    )
    check_resources(made, path)
    return made, notes


class _Includes:
    def __init__(self, path: Path, notes: list[str]) -> None:
        self._path, self._notes = path, notes

    def into(self, template: dict[str, Any]) -> dict[str, Any]:
        """The template with what it includes at the top and anywhere in it."""
        declared = template.get("Transform")
        for macro in declared if isinstance(declared, list) else [declared]:
            name = mapping(macro).get("Name", macro)
            if name == _INCLUDE:
                template = {**(self._file(macro) or {}), **template}
            elif isinstance(name, str) and not name.startswith("AWS::"):
                self._notes.append(_not_run(name))
        made = self._walked(template)
        return made if isinstance(made, dict) else template

    def _walked(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._walked(item) for item in node]
        if not isinstance(node, dict):
            return node
        made = {key: self._walked(item) for key, item in node.items() if key != MACRO}
        if MACRO in node:
            macro = mapping(node[MACRO])
            content = self._file(macro) if macro.get("Name") == _INCLUDE else None
            if macro.get("Name") != _INCLUDE:
                self._notes.append(_not_run(str(macro.get("Name"))))
            made = {MACRO: node[MACRO], **made} if content is None else content | made
        return standing_at(node, made)

    def _file(self, macro: Any) -> dict[str, Any] | None:
        """What the file holds that a macro names; None where it is on another machine."""
        location = mapping(mapping(macro).get("Parameters")).get("Location")
        if not isinstance(location, str) or "://" in location:
            self._notes.append(f"{location} is not on this machine; what it holds is not tested")
            return None
        file = self._path.parent / location
        if not file.is_file():
            raise UsageError(
                f"the file {location} that it includes is not there",
                path=self._path,
                line=line_of(macro.get("Parameters"), "Location") or line_of(macro),
                mend="correct Location",
            )
        return load_document(file, "include a file with keys and values")


def _not_run(name: str) -> str:
    return f"macro {name} is not run; what it makes is not tested"


class _Loops:
    def __init__(self, template: Mapping[str, Any], path: Path, values: Mapping[str, str]) -> None:
        self._path = path
        self._at: Any = None
        declared = mapping(template.get("Parameters"))
        given = {name: value for name, value in values.items() if name in declared}
        self._resolver = Resolver(template, path, given, self._unknown, path.parent.name)
        self._told = len(self._resolver.notes)

    def notes(self) -> list[str]:
        """Notes on what the loops go over (of parameters, whoever resolves the rest tells)."""
        return self._resolver.notes[self._told :]

    def expanded(self, node: Any, depth: int) -> Any:
        """The node with each loop in it replaced by what it makes."""
        if isinstance(node, list):
            return [self.expanded(item, depth) for item in node]
        if not isinstance(node, dict):
            return node
        made: dict[Any, Any] = {}
        for key, item in node.items():
            parts = (
                self._repeated(key, item, depth)
                if str(key).startswith(LOOP)
                else {key: self.expanded(item, depth)}
            )
            for name, part in parts.items():
                if name in made:
                    self._refuse(key, f"{name} is made twice", "put the loop's name into its keys")
                made[name] = part
        return standing_at(node, made)

    def _repeated(self, key: Any, loop: Any, depth: int) -> dict[Any, Any]:
        shape = "give it a name, a list and what to repeat"
        if not isinstance(loop, list) or len(loop) != 3:
            self._refuse(key, "a loop has three parts", shape)
        name, over, body = loop
        if not isinstance(name, str) or not isinstance(body, dict):
            self._refuse(key, "a loop has a name, a list and a mapping", shape)
        if depth >= _DEEPEST:
            self._refuse(key, f"loops are nested more than {_DEEPEST} deep", "take one out")
        self._at = key
        items = self._resolver.resolve(over)
        if not isinstance(items, list):
            self._refuse(key, "what it goes over is no list", shape)
        made: dict[Any, Any] = {}
        for item in items:
            value = str(item).lower() if isinstance(item, bool) else str(item)
            part = self.expanded(_filled(body, str(name), value), depth + 1)
            for inner in part:
                if inner in made:
                    self._refuse(
                        key, f"{inner} is made twice", f"put ${{{name}}} into each key of the loop"
                    )
            made |= part
        return made

    def _unknown(self, name: str, _: str | None) -> NoReturn:
        what = f"it goes over {name}, which only a deployment knows"
        self._refuse(self._at, what, "name a list, a parameter or a mapping")

    def _refuse(self, key: Any, what: str, mend: str) -> NoReturn:
        raise UsageError(f"{key}: {what}", path=self._path, line=line_of(key), mend=mend)


def _filled(node: Any, name: str, value: str) -> Any:
    """The body of a loop for one of its values: `${Name}`, `&{Name}` and a Ref of it."""
    if isinstance(node, str):
        return standing_at(node, _text(node, name, value))
    if isinstance(node, list):
        return [_filled(item, name, value) for item in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        function, argument = next(iter(node.items()))
        if function == "Ref" and argument == name:
            return value
        if function == "Fn::Sub" and isinstance(argument, str):
            text = _text(argument, name, value)
            # A text with nothing left to fill in may stand where a name is wanted.
            return standing_at(node, {function: text}) if _HELD.search(text) else text
    return standing_at(
        node, {_filled(key, name, value): _filled(item, name, value) for key, item in node.items()}
    )


def _text(text: str, name: str, value: str) -> str:
    """`&{Name}` is the value without what no logical id may have."""
    bare = re.sub(r"[^A-Za-z0-9]", "", value)
    return text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", bare)


def _loops(node: Any) -> bool:
    if isinstance(node, dict):
        return any(str(key).startswith(LOOP) or _loops(item) for key, item in node.items())
    return isinstance(node, list) and any(_loops(item) for item in node)
