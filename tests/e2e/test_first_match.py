"""--stop-at-first-match: one finding a rule and function, and the calls for others are saved."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.campaigns import findings_of

APP = """
import os

def turn_left(name):
    os.system("true " + str(name))

def turn_right(name):
    os.system("true " + str(name))

def handler(event, context):
    turn_left(event.get("left"))
    turn_right(event.get("right"))
    return eval(str(event.get("sum", "1")), {"__builtins__": {}})
"""
RULES = ("os-command-injection", "code-injection")


@pytest.mark.slow
def test_a_rule_is_found_once_and_the_others_still_are(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    properties = {"Runtime": "python3.11", "CodeUri": ".", "Handler": "app.handler"}
    resources = {"Sum": {"Type": "AWS::Serverless::Function", "Properties": properties}}
    source = tmp_path / "template.json"
    source.write_text(
        json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})
    )
    every = findings_of(source, tmp_path / "every", rules=RULES)
    first = findings_of(source, tmp_path / "first", rules=RULES, stop_at_first_match=True)
    assert Counter(f["rule"] for f in every["findings"])["os-command-injection"] == 2
    assert sorted(f["rule"] for f in first["findings"]) == sorted(RULES)
    assert {f["id"] for f in first["findings"]} <= {f["id"] for f in every["findings"]}
    spent = [told["functions"][0]["invocations"] for told in (first, every)]
    assert spent[0] < spent[1] / 2
    settled = {t["rule"]: t["skipped"] for t in first["functions"][0]["tallies"]}
    assert settled["os-command-injection"] > 0
