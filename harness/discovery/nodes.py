"""Mappings, lists and texts out of YAML and JSON that know the line where they stand.

YAML is read as CloudFormation does: short forms of intrinsics (`!Sub`) become their long ones, and
no key may be there twice. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import yaml

# What aliases of YAML make of a document: a few lines can mean billions of nodes.
_MOST_NODES = 250_000
_MERGE = "tag:yaml.org,2002:merge"
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# After the document was seen to be valid JSON: a string, a sign, or a number or word.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class Mistake(Exception):
    """A document that cannot be meant so; `line` (from 1) is None where it is not known."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


class PlacedDict(dict[Any, Any]):
    """A mapping and its `line` (from 1)."""

    def __init__(self, items: Any = (), line: int | None = None) -> None:
        super().__init__(items)
        self.line = line


class PlacedList(list[Any]):
    """A list and its `line` (from 1)."""

    def __init__(self, items: Any = (), line: int | None = None) -> None:
        super().__init__(items)
        self.line = line


class PlacedText(str):
    """A text and its `line` (from 1)."""

    line: int | None

    def __new__(cls, text: str, line: int | None = None) -> "PlacedText":
        made = super().__new__(cls, text)
        made.line = line
        return made


def placed(value: Any, line: int | None) -> Any:
    """A mapping, a list or a text with a place; any other value as it is."""
    if isinstance(value, dict):
        return PlacedDict(value, line)
    if isinstance(value, list):
        return PlacedList(value, line)
    return PlacedText(value, line) if isinstance(value, str) else value


def from_yaml(text: str) -> Any:
    """The one document of a text; an empty mapping where there is none.

    Raises Mistake, and yaml.YAMLError for what is no YAML.
    """
    loader = _Loader(text)
    try:
        document = loader.get_single_data()
        if "&" in text:
            _count(document, {})
    except RecursionError as error:
        raise Mistake("it is nested too deeply", None) from error
    except (ValueError, TypeError, OverflowError) as error:  # a date that is none
        raise Mistake(str(error), None) from error
    finally:
        loader.dispose()
    return PlacedDict((), 1) if document is None else document


def from_json(text: str) -> Any:
    """The value in a text. Raises Mistake, and json.JSONDecodeError for what is no JSON."""
    try:
        json.loads(text)  # tells mistakes, with the place; what follows may rely on its form
        ends = [match.start() for match in re.finditer("\n", text)]
        return _value(_tokens(text, ends))
    except json.JSONDecodeError:
        raise
    except RecursionError as error:
        raise Mistake("it is nested too deeply", None) from error
    except ValueError as error:  # a number of thousands of digits
        raise Mistake(str(error), None) from error


class _Loader(_LOADER):  # type: ignore[misc]
    """PyYAML's loader of plain data, that keeps places."""


def _mapping(loader: Any, node: yaml.MappingNode) -> PlacedDict:
    merges = any(key.tag == _MERGE for key, _ in node.value)
    loader.flatten_mapping(node)
    made = PlacedDict((), _line(node))
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key is None:
            raise Mistake(f"Null key {key_node.value!r} not supported", _line(key_node))
        if isinstance(key, dict | list):
            raise Mistake("a key must be a text", _line(key_node))
        if key in made and not merges:
            raise Mistake(f"Duplicate found {str(key)!r}", _line(key_node))
        made[key] = loader.construct_object(value_node, deep=True)
    return made


def _list(loader: Any, node: yaml.SequenceNode) -> PlacedList:
    return PlacedList(
        [loader.construct_object(each, deep=True) for each in node.value], _line(node)
    )


def _text(loader: Any, node: yaml.ScalarNode) -> PlacedText:
    return PlacedText(loader.construct_scalar(node), _line(node))


def _intrinsic(loader: Any, suffix: str, node: yaml.Node) -> PlacedDict:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    argument: Any
    if isinstance(node, yaml.MappingNode):
        argument = _mapping(loader, node)
    elif isinstance(node, yaml.SequenceNode):
        argument = _list(loader, node)
    else:
        argument = loader.construct_scalar(node)
        if name == "Fn::GetAtt":
            argument = PlacedList(argument.split(".", 1), _line(node))
    return PlacedDict({name: argument}, _line(node))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _list)
_Loader.add_constructor("tag:yaml.org,2002:str", _text)
_Loader.add_multi_constructor("!", _intrinsic)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _count(node: Any, known: dict[int, int]) -> int:
    """How many nodes there are with every alias written out; each is gone through once."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in known:
        children = node.values() if isinstance(node, dict) else node
        known[id(node)] = 1 + sum(_count(child, known) for child in children)
        if known[id(node)] > _MOST_NODES:
            raise Mistake(f"its aliases stand for more than {_MOST_NODES} nodes", None)
    return known[id(node)]


def _tokens(text: str, ends: list[int]) -> Iterator[tuple[str, int]]:
    for match in _TOKEN.finditer(text):
        yield match.group(), bisect_left(ends, match.start()) + 1


def _value(tokens: Iterator[tuple[str, int]]) -> Any:
    return _begun(*next(tokens), tokens)


def _begun(token: str, line: int, tokens: Iterator[tuple[str, int]]) -> Any:
    """The value that a token begins; the rest of it is taken from the others."""
    if token == "[":
        items = PlacedList((), line)
        for token, at in tokens:
            if token == "]":
                break
            if token != ",":
                items.append(_begun(token, at, tokens))
        return items
    if token == "{":
        made = PlacedDict((), line)
        for token, at in tokens:
            if token == "}":
                break
            if token == ",":
                continue
            key = PlacedText(json.loads(token), at)
            if key in made:
                raise Mistake(f"Duplicate found {token}", at)
            next(tokens)  # the colon
            made[key] = _value(tokens)
        return made
    return placed(json.loads(token), line)
