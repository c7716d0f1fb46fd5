"""A campaign over the pairs of every further rule: each is found, each twin is silent."""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from harness.cli.run import campaign
from tests.corpus.loading import cases, template

FOLDERS = ("rules", "filters")
CASES = [(folder, case) for folder in FOLDERS for case in cases(folder)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Rules found, by function, with confidence confirmed or likely."""
    rules = defaultdict(set)
    for corpus in FOLDERS:
        folder = tmp_path_factory.mktemp(corpus)
        source = folder / "template.json"
        source.write_text(json.dumps(template(corpus)))
        campaign(
            {
                "source": source,
                "function": (),
                "trigger": (),
                "rule": (),
                "target": "local",
                "client": "fast",
                "max_time": 1800.0,
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
        for finding in told["findings"]:
            if finding["confidence"] != "tentative":
                rules[finding["function"]].add(finding["rule"])
    return rules


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for _, c in CASES], ids=lambda case: str(case["name"]))
def test_the_weakness_is_found_and_its_safe_twin_is_silent(
    case: dict[str, Any], found: dict[str, set[str]]
) -> None:
    assert case["rule"] in found[case["name"]]
    assert found[case["name"] + "Twin"] == set()


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
