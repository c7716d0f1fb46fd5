"""The baseline file that reviews write and runs read."""

from datetime import date
from pathlib import Path

import pytest

from harness.campaign.baseline import load_known
from harness.cli.review.decisions import Decisions
from harness.errors import UsageError
from tests.unit.campaign.test_campaign_parts import finding

TODAY = date(2026, 11, 21)


def decide(decisions: Decisions, id: str = "0123456789abcdef", **changes: str) -> None:
    said = {"status": "accepted-risk", "reason": "internal only", "who": "ada", "until": ""}
    decisions.decide(finding(id=id), **{**said, **changes}, today=TODAY)


def test_a_decision_is_an_entry_that_reads_well(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    decide(Decisions.at(path), until="2027-01-31", reason="internal only\n\nuntil the move: yes")
    assert path.read_text().split("\n\n", 1)[1] == (
        "findings:\n"
        '  - id: "0123456789abcdef"\n'
        "    rule: sql-injection\n"
        "    function: Search\n"
        "    severity: high\n"
        "    status: accepted-risk\n"
        "    reason: |-\n"
        "      internal only\n"
        "\n"
        "      until the move: yes\n"
        "    who: ada\n"
        "    decided: 2026-11-21\n"
        "    until: 2027-01-31\n"
    )
    known = load_known(path)["0123456789abcdef"]
    assert known.until == date(2027, 1, 31)
    assert known.reason == "internal only\n\nuntil the move: yes"


def test_only_what_is_accepted_lets_a_run_pass(tmp_path: Path) -> None:
    decisions = Decisions.at(tmp_path / "b.yaml")
    for number, status in enumerate(("confirmed", "false-alarm", "accepted-risk", "fixed")):
        decide(decisions, f"{number}" * 16, status=status)
    assert set(load_known(decisions.path)) == {"1" * 16, "2" * 16}
    assert {e["status"] for e in decisions.read().values()} == {
        *("confirmed", "false-alarm", "accepted-risk", "fixed")
    }


def test_a_second_decision_takes_the_firsts_place_and_none_takes_it_back(tmp_path: Path) -> None:
    decisions = Decisions.at(tmp_path / "b.yaml")
    decide(decisions)
    decide(decisions, status="confirmed")
    assert decisions.path.read_text().count("0123456789abcdef") == 1
    assert not load_known(decisions.path)
    decide(decisions, status="")
    assert not decisions.read()
    assert not load_known(decisions.path)


def test_one_decision_changes_the_lines_of_one_entry(tmp_path: Path) -> None:
    decisions = Decisions.at(tmp_path / "b.yaml")
    for number in "bad":
        decide(decisions, number * 16)
    before = decisions.path.read_text().splitlines()
    decide(decisions, "c" * 16)
    after = decisions.path.read_text().splitlines()
    added = [line for line in after if "c" * 16 in line]
    assert len(added) == 1
    assert len(after) - len(before) == 9
    assert [line for line in after if "id:" in line] == sorted(
        line for line in after if "id:" in line
    )


def test_entries_written_by_hand_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text("findings:\n- {id: aaaa, reason: by hand, ticket: SEC-1, until: 2027-01-01}\n")
    decisions = Decisions.at(path)
    decide(decisions)
    assert decisions.read()["aaaa"]["ticket"] == "SEC-1"
    assert load_known(path)["aaaa"].until == date(2027, 1, 1)


def test_a_time_of_day_in_a_date_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text("findings:\n- {id: aaaa, until: 2027-01-01 10:00:00}\n")
    known = load_known(path)["aaaa"]
    assert known.until == date(2027, 1, 1)
    assert known.holds(TODAY)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "maybe"}, "no decision"),
        ({"reason": " "}, "for a reason"),
        ({"until": "soon"}, "no date"),
        ({"until": "2020-01-01"}, "in the past"),
        ({"reason": "x" * 5000}, "4000"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    tmp_path: Path, changes: dict[str, str], told: str
) -> None:
    decisions = Decisions.at(tmp_path / "b.yaml")
    with pytest.raises(UsageError, match=told):
        decide(decisions, **changes)
    assert not decisions.path.exists()


@pytest.mark.parametrize("text", ["", "[]", "findings: 3", "findings: [{rule: x}]", "a: [", "\0"])
def test_a_file_that_is_no_baseline_is_never_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(text)
    with pytest.raises(UsageError):
        Decisions.at(path)
    assert path.read_text() == text
