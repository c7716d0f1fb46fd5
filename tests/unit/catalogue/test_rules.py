"""The contract's rules, one by one: texts, code to mend it, payloads, an oracle, and pairs."""

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from harness.catalogue.paths import data_folder, rules_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.rules import load_rules
from harness.model import Rule
from harness.oracles import OracleContext, all_oracles
from harness.posture import RULES as POSTURE
from tests.corpus.loading import CORPUS, cases

RULES = load_rules(rules_folder())
PAYLOADS = load_payloads(data_folder("payloads"))
# Python has no prototypes; what a template declares is mended in the template.
LANGUAGES = {"prototype-pollution": {"node"}, **{rule: {"yaml"} for rule in POSTURE}}
FOLDERS = ("", "rules", "filters", "node")
# Pairs that differ in their deployment, or in what is in front of them, are whole applications.
APPLICATIONS = {"flow-bypass": "flows", **dict.fromkeys(POSTURE, "posture")}


PAIRS: dict[str, set[str]] = defaultdict(set)
for case in (case for folder in FOLDERS for case in cases(folder)):
    PAIRS[case["rule"]] |= {event["Type"] for event in case["events"].values()} or {"direct"}


def test_the_rules_are_those_of_the_contract() -> None:
    fixed = yaml.safe_load((Path(__file__).parents[2] / "data" / "rules.yaml").read_text())
    assert {rule.id: list(rule.cwe) for rule in RULES.values()} == fixed


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_it_is_and_how_to_mend_it(rule: Rule) -> None:
    for text in (rule.title, rule.attack, rule.description, rule.remediation):
        assert text.strip()
    assert set(rule.example) >= LANGUAGES.get(rule.id, {"python", "node"})
    assert any("cwe.mitre.org" in page for page in rule.references)
    assert len(rule.references) > 1


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(POSTURE)))
def test_a_rule_has_payloads_with_controls_and_an_oracle(rule: str) -> None:
    payloads = [payload for payload in PAYLOADS if payload.rule == rule]
    assert payloads
    assert all(payload.control != payload.template for payload in payloads)
    assert any(rule in oracle.rules for oracle in all_oracles(OracleContext()))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_has_pairs_for_two_triggers(rule: str) -> None:
    if rule in APPLICATIONS:
        assert (CORPUS / APPLICATIONS[rule] / "template.yaml").exists()
    else:
        assert len(PAIRS[rule]) >= 2
