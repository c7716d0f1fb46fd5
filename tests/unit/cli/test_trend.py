"""The trend over many campaigns."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli.diff import diff
from harness.cli.report import report as report_command
from harness.cli.trend import points_of, trend
from harness.errors import UsageError
from harness.model import CampaignReport
from tests.unit.campaign.test_campaign_parts import finding, report, summary
from tests.unit.cli.makers import stored


def night(number: int, *ids: str, tested: bool = True, name: str = "app") -> CampaignReport:
    told = report(tuple(finding(id=id) for id in ids), (summary(tested=tested),))
    return replace(told, id=f"c{number}", name=name, started=f"2026-01-{number:02}T00:00:00+00:00")


def test_findings_come_go_and_come_back() -> None:
    nights = [night(3), night(1, "a", "b"), night(2, "a", "c"), night(4, "b")]
    told = [(p.campaign, p.new, p.back, p.fixed, p.open) for p in points_of(nights)]
    assert told == [
        ("c1", ("a", "b"), (), (), ("a", "b")),
        ("c2", ("c",), (), ("b",), ("a", "c")),
        ("c3", (), (), ("a", "c"), ()),
        ("c4", (), ("b",), (), ("b",)),
    ]


def test_a_night_that_tested_nothing_fixes_nothing() -> None:
    points = points_of([night(1, "a"), night(2, tested=False), night(3, "a")])
    assert [(p.fixed, p.open, p.back) for p in points] == [((), ("a",), ())] * 3


def test_a_diff_calls_nothing_fixed_that_was_not_looked_for(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    gone = finding(id="g" * 16)
    elsewhere = finding(id="e" * 16, function="Elsewhere")
    stored(old, gone, elsewhere)
    stored(new)
    for path in (new, new / "findings.json"):
        CliRunner().invoke(report_command, [str(new), "--format", "json"])
        told = CliRunner().invoke(diff, [str(old), str(path), "--json"])
        assert json.loads(told.stdout) == {
            "new": [],
            "fixed": [gone.id],
            "persisting": [],
            "untested": [elsewhere.id],
        }
    told = CliRunner().invoke(diff, [str(old), str(new)])
    assert "untested: 1\n  eeeeeeeeeeeeeeee high sql-injection in Elsewhere" in told.stdout


def test_applications_are_told_apart() -> None:
    points = points_of([night(1, "a"), night(2, name="other"), night(3, "a")])
    assert [p.fixed for p in points] == [(), (), ()]


def test_the_command_reads_folders_of_campaigns(tmp_path: Path) -> None:
    for number in (1, 2):
        stored(
            tmp_path / f"c{number}",
            finding(id=f"{number}" * 16),
            id=f"c{number}",
            started=f"2026-01-0{number}T00:00:00+00:00",
        )
    told = json.loads(CliRunner().invoke(trend, [str(tmp_path), "--json"]).stdout)
    assert [p["fixed"] for p in told] == [[], ["1" * 16]]
    last = CliRunner().invoke(trend, [str(tmp_path), "--json", "--last", "1"]).stdout
    assert json.loads(last) == told[1:]
    assert "c2" in CliRunner().invoke(trend, [str(tmp_path / "c2")]).stdout
    for wrong in (tmp_path / "gone", tmp_path / "c1" / ".." / "c1" / "nothing"):
        assert isinstance(CliRunner().invoke(trend, [str(wrong)]).exception, UsageError)
    (tmp_path / "empty").mkdir()
    ran = CliRunner().invoke(trend, [str(tmp_path / "empty")])
    with pytest.raises(UsageError, match="no campaign"):
        raise ran.exception or AssertionError
