"""The code with which rules say how they are mended is code of that language."""

import ast

import pytest
import tree_sitter
import tree_sitter_javascript
import yaml

from harness.catalogue.paths import rules_folder
from harness.catalogue.rules import load_rules
from harness.model import Rule

RULES = load_rules(rules_folder())
JAVASCRIPT = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_an_example_is_code_of_its_language(rule: Rule) -> None:
    for language, code in rule.example.items():
        if language == "python":
            ast.parse(code)
        elif language == "node":
            assert not JAVASCRIPT.parse(code.encode()).root_node.has_error, code
        else:
            assert yaml.compose(code) is not None
