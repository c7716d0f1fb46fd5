"""Constants and imports of JavaScript and TypeScript."""

import re
from collections.abc import Iterator
from functools import cache

from tree_sitter import Node, Query, QueryCursor

from harness.events.shapes.samples import matching
from harness.events.shapes.source.syntax import (
    grammar,
    root_name,
    root_of,
    string_of,
    text_of,
)

_QUERY = """
[(string) (template_string)] @string
(member_expression property: (property_identifier) @property)
(object_pattern (shorthand_property_identifier_pattern) @name)
(object_pattern (pair_pattern key: (property_identifier) @name))
(object (pair key: (property_identifier) @name) (spread_element))
(object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)
(regex pattern: (regex_pattern) @pattern)
(binary_expression operator: ["===" "!==" "==" "!="] right: (number) @name)
(switch_case value: (number) @name)
"""
_TYPES = "(property_signature name: (property_identifier) @name)"
# What belongs to the platform: its properties are no fields of an event.
_PLATFORM = frozenset(
    {"process", "console", "module", "exports", "Math", "JSON", "Object", "Buffer", "AWS", "Number"}
)
# String.prototype and RegExp.prototype: what asks whether a text matches.
_ASKED = frozenset({"test", "exec", "match", "matchAll", "search"})


def constants_of(text: bytes, ending: str) -> Iterator[str]:
    """Strings, names of properties that are read or taken apart or that a spread may replace, a
    text for each expression, and numbers that a value is compared with.

    Modules that are imported, methods that are called, and what expressions replace are left out.
    """
    captures = QueryCursor(_query(ending)).captures(root_of(text, ending))
    nodes = [(node, kind) for kind, found in captures.items() for node in found]
    for node, kind in sorted(nodes, key=lambda pair: pair[0].start_byte):
        if kind == "string":
            value = None if _is_directive(node) else string_of(node)
        elif kind == "pattern":
            value = _text_for(node)
        else:
            value = text_of(node) if kind == "name" or _is_field(node) else None
        if value:
            yield value


def patterns_of(text: bytes, ending: str) -> Iterator[str]:
    """The literals of regular expressions, as Python's `re` writes them."""
    captures = QueryCursor(_query(ending)).captures(root_of(text, ending))
    yield from map(_translated, captures.get("pattern", []))


def imports_of(text: bytes, ending: str) -> Iterator[str]:
    """Files that a file imports or requires, as paths from its own folder."""
    for node in QueryCursor(_strings(ending)).captures(root_of(text, ending)).get("string", []):
        value = string_of(node)
        if value is not None and value.startswith(".") and _is_directive(node):
            yield value


@cache
def _strings(ending: str) -> Query:
    return Query(grammar(ending), "(string) @string")


@cache
def _query(ending: str) -> Query:
    return Query(grammar(ending), _QUERY + (_TYPES if ending.endswith(("ts", "tsx")) else ""))


def _is_directive(node: Node) -> bool:
    """Whether a string names a module or is a directive ("use strict")."""
    parent = node.parent
    if parent is None or parent.type != "arguments":
        return parent is not None and parent.type in (
            "import_statement",
            "export_statement",
            "expression_statement",
        )
    function = parent.parent.child_by_field_name("function") if parent.parent else None
    return function is not None and text_of(function) in ("require", "import")


def _is_field(node: Node) -> bool:
    """Whether a property is read, and not called, assigned to, or the platform's."""
    member = node.parent
    holder = member.parent if member is not None else None
    if member is None or holder is None or root_name(member) in _PLATFORM:
        return False
    used = {"call_expression": "function", "assignment_expression": "left"}.get(holder.type)
    return used is None or holder.child_by_field_name(used) != member


def _text_for(pattern: Node) -> str | None:
    """A text which an expression matches that a text is asked for."""
    regex = pattern.parent
    holder = regex.parent if regex is not None else None
    if holder is None:
        return None
    if holder.type == "arguments":  # text.match(/.../)
        holder = holder.parent.child_by_field_name("function") if holder.parent else None
    called = holder.child_by_field_name("property") if holder is not None else None
    if called is None or text_of(called) not in _ASKED:
        return None
    return matching(_translated(pattern))


def _translated(pattern: Node) -> str:
    return re.sub(r"\(\?<(?![=!])", "(?P<", text_of(pattern))
