"""Every rule says how it is mended, in code of the languages in which it is found."""

import ast

import pytest
import tree_sitter
import tree_sitter_javascript
import yaml

from harness.catalogue.paths import rules_folder
from harness.catalogue.rules import load_rules
from harness.model import Rule
from harness.posture import RULES as POSTURE

RULES = load_rules(rules_folder())
JAVASCRIPT = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_a_rule_has_words_links_and_an_example_a_language(rule: Rule) -> None:
    assert all((rule.title, rule.attack, rule.description, rule.remediation))
    assert any("cwe.mitre.org" in address for address in rule.references)
    # A deployment is mended in its template, whatever the function is written in.
    languages = {"yaml"} if rule.id in POSTURE else {"python", "node"}
    assert set(rule.example) >= languages
    for language, code in rule.example.items():
        if language == "python":
            ast.parse(code)
        elif language == "node":
            assert not JAVASCRIPT.parse(code.encode()).root_node.has_error, code
        else:
            assert yaml.compose(code) is not None
