"""The contract's rules, one by one: texts, code to mend it, payloads, an oracle, and pairs."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.catalogue.paths import data_folder, rules_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.rules import load_rules
from harness.discovery.loading import load_document
from harness.model import Rule
from harness.oracles import OracleContext, all_oracles
from harness.posture import RULES as POSTURE
from tests.corpus.loading import CORPUS, cases

RULES = load_rules(rules_folder())
PAYLOADS = load_payloads(data_folder("payloads"))
DATA = Path(__file__).parents[2] / "data"
LANGUAGES = ("python", "node")
LACKING = yaml.safe_load((DATA / "languages.yaml").read_text())
# Pairs that differ in their deployment are one application, mended in its template.
DEPLOYED = CORPUS / "posture" / "template.yaml"
FOLDERS = ("", "rules", "filters", "node")


def has(rule: str) -> list[str]:
    """The languages in which a rule can be broken."""
    return [language for language in LANGUAGES if language not in LACKING.get(rule, {})]


def pairs() -> Iterator[tuple[str, str, Any]]:
    """(rule, runtime, events) of each vulnerable function."""
    for folder in FOLDERS:
        for case in cases(folder):
            runtime = case.get("runtime", "nodejs" if folder == "node" else "python")
            yield case["rule"], runtime, case["events"]
    # What is in front of a function makes the difference there.
    declared = load_document(CORPUS / "flows" / "template.yaml")["Resources"]
    for name in ("Ship", "Welcome", "Letter", "Note"):
        function = declared[name]["Properties"]
        yield "flow-bypass", function.get("Runtime", "python"), function["Events"]


PAIRS: dict[tuple[str, str], set[str]] = defaultdict(set)
for rule_id, runtime, events in pairs():
    spoken = "node" if runtime.startswith("nodejs") else "python"
    PAIRS[rule_id, spoken] |= {event["Type"] for event in events.values()} or {"direct"}


def test_the_rules_are_those_of_the_contract() -> None:
    fixed = yaml.safe_load((DATA / "rules.yaml").read_text())
    assert {rule.id: list(rule.cwe) for rule in RULES.values()} == fixed


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_it_is_and_how_to_mend_it(rule: Rule) -> None:
    for text in (rule.title, rule.attack, rule.description, rule.remediation):
        assert text.strip()
    assert set(rule.example) >= ({"yaml"} if rule.id in POSTURE else set(has(rule.id)))
    assert any("cwe.mitre.org" in page for page in rule.references)
    assert len(rule.references) > 1


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(POSTURE)))
def test_a_rule_has_payloads_with_controls_and_an_oracle(rule: str) -> None:
    payloads = [payload for payload in PAYLOADS if payload.rule == rule]
    assert payloads
    assert all(payload.control != payload.template for payload in payloads)
    assert any(rule in oracle.rules for oracle in all_oracles(OracleContext()))


def test_a_language_that_lacks_a_rule_says_why() -> None:
    assert set(LACKING) <= set(RULES) - set(POSTURE)
    assert all(set(why) < set(LANGUAGES) and all(why.values()) for why in LACKING.values())


@pytest.mark.parametrize(
    ("rule", "language"),
    [(rule, language) for rule in sorted(set(RULES) - set(POSTURE)) for language in has(rule)],
)
def test_a_rule_has_pairs_for_two_triggers_in_each_language(rule: str, language: str) -> None:
    assert len(PAIRS[rule, language]) >= 2


def test_what_a_deployment_declares_has_pairs() -> None:
    assert DEPLOYED.exists()
