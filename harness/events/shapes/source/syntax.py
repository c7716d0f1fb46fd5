"""The syntax trees of JavaScript and TypeScript.

Of tree-sitter, whose parser goes on after a mistake: the rest of the file still tells something.
https://tree-sitter.github.io/tree-sitter/
"""

from functools import cache

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_TYPED = frozenset({".ts", ".mts", ".cts"})


@cache
def grammar(ending: str) -> Language:
    """The grammar of the files with an ending."""
    if ending in _TYPED:
        return Language(tree_sitter_typescript.language_typescript())
    if ending == ".tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_javascript.language())


def root_of(text: bytes, ending: str) -> Node:
    """The tree of a file."""
    return Parser(grammar(ending)).parse(text).root_node


def text_of(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def string_of(node: Node) -> str | None:
    """The value of a string, or of a template without substitutions; None for anything else."""
    if node.type not in ("string", "template_string"):
        return None
    parts = node.named_children
    if any(part.type not in ("string_fragment", "escape_sequence") for part in parts):
        return None
    return "".join(text_of(part) for part in parts if part.type == "string_fragment")


def root_name(node: Node | None) -> str:
    """The variable which a chain of properties and calls begins with; "" when it is none."""
    while node is not None and node.type in ("member_expression", "subscript_expression"):
        node = node.child_by_field_name("object")
    return text_of(node) if node is not None and node.type == "identifier" else ""
