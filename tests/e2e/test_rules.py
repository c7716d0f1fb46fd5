"""Campaigns over the pairs of every further rule: each is found, each twin is silent.

One campaign a rule, with the payloads of that rule only; benchmarks/detection.py has all rules on.
Pairs that need more calls have a campaign of their own: each safe twin takes all that there are.
"""

from pathlib import Path

import pytest

from tests.corpus.loading import cases, template
from tests.e2e.campaigns import rules_found

FOLDERS = ("rules", "filters")
CASES = [(folder, case) for folder in FOLDERS for case in cases(folder)]
# A function, where its pair says nothing else: nearly all are found after less than a hundred.
INVOCATIONS = 150
GROUPS = sorted({(folder, c["rule"], c.get("invocations", INVOCATIONS)) for folder, c in CASES})


@pytest.mark.slow
@pytest.mark.parametrize(("corpus", "rule", "calls"), GROUPS, ids=lambda part: str(part))
def test_each_weakness_is_found_and_its_safe_twin_is_silent(
    tmp_path: Path, corpus: str, rule: str, calls: int
) -> None:
    names = [
        c["name"]
        for folder, c in CASES
        if (folder, c["rule"], c.get("invocations", INVOCATIONS)) == (corpus, rule, calls)
    ]
    pairs = [*names, *(name + "Twin" for name in names)]
    rules = rules_found(
        tmp_path, template(corpus, rule), functions=pairs, rule=rule, max_invocations=calls
    )
    assert [name for name in names if rule not in rules[name]] == []
    assert [name for name in names if rules[name + "Twin"]] == []
