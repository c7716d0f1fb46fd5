"""Campaigns over the pairs of every further rule: each is found, each twin is silent.

One campaign a rule, with the payloads of that rule only; benchmarks/detection.py has all rules on.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from harness.cli.run import campaign
from tests.corpus.loading import cases, template

FOLDERS = ("rules", "filters")
CASES = [(folder, case) for folder in FOLDERS for case in cases(folder)]
GROUPS = sorted({(folder, case["rule"]) for folder, case in CASES})


def found(folder: Path, corpus: str, rule: str, names: list[str]) -> dict[str, set[str]]:
    """Rules found in the pairs of one rule, by function, not those that are only tentative."""
    source = folder / "template.json"
    source.write_text(json.dumps(template(corpus)))
    campaign(
        {
            "source": source,
            "function": tuple(name + ending for name in names for ending in ("", "Twin")),
            "trigger": (),
            "rule": (rule,),
            "target": "local",
            "client": "fast",
            "max_time": 600.0,
            "max_invocations": None,
            "workers": os.cpu_count(),
            "seed": 7,
            "out": folder / "out",
            "fail_on": "never",
            "baseline": None,
            "resume": None,
            "payloads": None,
            "templates": None,
            "parameter": (),
            "quiet": True,
            "no_progress": True,
        }
    )
    told = json.loads((folder / "out" / "findings.json").read_text())
    untested = [f["name"] for f in told["functions"] if not f["tested"]]
    assert not untested, untested
    rules = defaultdict(set)
    for finding in told["findings"]:
        if finding["confidence"] != "tentative":
            rules[finding["function"]].add(finding["rule"])
    return rules


@pytest.mark.slow
@pytest.mark.parametrize(("corpus", "rule"), GROUPS, ids=lambda part: str(part))
def test_each_weakness_is_found_and_its_safe_twin_is_silent(
    tmp_path: Path, corpus: str, rule: str
) -> None:
    names = [c["name"] for folder, c in CASES if folder == corpus and c["rule"] == rule]
    rules = found(tmp_path, corpus, rule, names)
    assert [name for name in names if rule not in rules[name]] == []
    assert [name for name in names if rules[name + "Twin"]] == []


def test_every_rule_with_payloads_has_pairs_for_two_triggers() -> None:
    triggers = defaultdict(set)
    for case in (*cases(""), *(c for _, c in CASES)):
        kinds = {event["Type"] for event in case["events"].values()} or {"direct"}
        triggers[case["rule"]] |= kinds
    root = Path(__file__).parents[2]
    wanted = {path.name for path in (root / "payloads").iterdir()} - ELSEWHERE
    assert {rule for rule in wanted if len(triggers[rule]) < 2} == set()


# A batch of several records, which a unit test makes.
ELSEWHERE = {"poison-record"}
