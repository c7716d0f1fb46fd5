"""A larger budget never finds less."""

import json
from pathlib import Path

from tests.corpus.loading import template
from tests.e2e.campaigns import findings_of


def test_half_of_a_budget_finds_nothing_that_the_whole_does_not(tmp_path: Path) -> None:
    source = tmp_path / "template.json"
    source.write_text(json.dumps(template("")))
    found = []
    for invocations in (80, 160):
        told = findings_of(
            source,
            tmp_path / str(invocations),
            workers=1,
            max_invocations=invocations,
            functions=["CommandKey*", "SqlSearch*", "TemplateRow*", "ReadFile*"],
        )
        assert all(f["invocations"] <= invocations * 1.5 for f in told["functions"])
        found.append({f["id"] for f in told["findings"]})
    assert found[0] <= found[1]
    assert found[0], "something was to be found"
