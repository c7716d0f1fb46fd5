"""Parts of a campaign: merging verdicts, the plan, budgets, the store, baselines, exit codes."""

import sqlite3
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest

from harness.campaign.account import Account, Planned
from harness.campaign.baseline import compare, load_known
from harness.campaign.budget import Budget
from harness.campaign.config import RunConfig
from harness.campaign.jobs import Phase
from harness.campaign.judge import located, merge
from harness.campaign.store import Store
from harness.cli.campaign import exit_code
from harness.errors import UsageError
from harness.model import (
    CampaignReport,
    Confidence,
    Finding,
    FunctionSummary,
    RuleTally,
    Severity,
    Sink,
    Verdict,
    Witness,
    fingerprint,
)
from tests.unit.oracles.makers import CANARY, case, outcome, sink

PLACE = Sink(file="app.py", line=7, call="exec", function="handler")


def verdict(rule: str, kind: str, at: Sink | None = None) -> Verdict:
    trial = case(rule, "p", outcome()).trial
    witness = Witness(kind=kind, seen="", where="response")
    return Verdict(
        rule=rule, trial=trial, witness=witness, confidence=Confidence.CONFIRMED, sink=at
    )


def test_a_computed_value_takes_the_rule_and_place_of_the_sink_that_computed_it() -> None:
    merged = merge([verdict("code-injection", "computed"), verdict("ssti", "sink", PLACE)])
    assert [(v.rule, v.witness.kind, v.sink) for v in merged] == [("ssti", "computed", PLACE)]


def test_a_witness_seen_outside_is_located_by_the_sink_that_carries_the_canary() -> None:
    carrying = sink("process", "os.system", command=f"x;echo/**/{CANARY.token}")
    found = located(verdict("os-command-injection", "computed"), [carrying])
    assert found.sink is not None
    assert (found.sink.file, found.sink.line) == ("app.py", 7)


def finding(**changes: object) -> Finding:
    made = Finding(
        id="0123456789abcdef",
        rule="sql-injection",
        severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED,
        function="Search",
        trigger="aws.apigateway.rest",
        insertion_point="/queryStringParameters/q",
        payload_id="sql-injection.any.text",
        payload="x",
        event={"q": "x"},
        state={},
        witness=Witness(kind="sink", seen="s", where="sink:sql"),
        sink=PLACE,
        cwe=(89,),
        sas="SAS-1",
        trials_to_detect=3,
        invocations_to_detect=4,
        reproduce=("faasfuzz replay 0123456789abcdef",),
    )
    return replace(made, **changes)


PLANNED = Planned(
    name="Search",
    runtime="python3.11",
    handler="app.handler",
    triggers=("aws.apigateway.rest",),
    declared_in="Resources.Search",
    code="/app",
)


def summary(**changes: object) -> FunctionSummary:
    made = FunctionSummary(
        name="Search",
        runtime="python3.11",
        handler="app.handler",
        triggers=("aws.apigateway.rest",),
        tested=True,
        tallies=(RuleTally(rule="sql-injection", trials=3),),
    )
    return replace(made, **changes)


def report(
    findings: tuple[Finding, ...] = (), functions: tuple[FunctionSummary, ...] = ()
) -> CampaignReport:
    return CampaignReport(
        id="c",
        name="app",
        source="/app/template.yaml",
        target="local",
        seed=1,
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:01:00+00:00",
        version="0",
        verdict="findings" if findings else "clean",
        functions=functions or (summary(),),
        findings=findings,
    )


@pytest.mark.parametrize(
    ("made", "fail_on", "accepted", "code"),
    [
        (report(), "high", (), 0),
        (report((finding(),)), "high", (), 1),
        (report((finding(),)), "critical", (), 0),
        (report((finding(),)), "never", (), 0),
        (report((finding(),)), "high", ("0123456789abcdef",), 0),
        (report(functions=(summary(tested=False),)), "high", (), 3),
        (report((finding(),), (summary(tested=False),)), "high", (), 1),
        (replace(report((finding(),)), verdict="interrupted"), "high", (), 130),
    ],
)
def test_exit_codes_are_the_contracts(
    made: CampaignReport, fail_on: str, accepted: tuple[str, ...], code: int
) -> None:
    assert exit_code(made, fail_on, frozenset(accepted)) == code


def test_the_fingerprint_survives_line_shifts_payloads_and_list_positions() -> None:
    def name(line: int = 7, address: str = "/Records/0/body", at: bool = True) -> str:
        return fingerprint(
            rule="r",
            function="F",
            trigger="t",
            address=address,
            sink=replace(PLACE, line=line) if at else None,
        )

    assert name(7) == name(900)
    assert name(at=False) == name(at=False, address="/Records/3/body")
    assert name(at=False) != name(at=False, address="/Records/0/attributes")


def test_the_store_gives_back_what_it_was_given(tmp_path: Path) -> None:
    config = RunConfig(source=tmp_path, out=tmp_path)
    with Store(tmp_path / "campaign.db") as store:
        store.begin("c1", config, "app", {"functions": []})
        store.put_finding(finding())
        store.put_finding(finding(trials_to_detect=9))
        store.put("functions", [asdict(PLANNED)])
        first = Account(phase=Phase.QUICK, invocations=4, trials={"sql-injection": 2})
        second = replace(first, trials={"sql-injection": 3})
        store.put_checkpoint("one", "Search", first, (1, 2))
        store.put_checkpoint("one", "Search", second, (2, 2**62))
        store.put_checkpoint("two", "Search", first, ())
    with Store.open(tmp_path) as store:
        assert store.findings() == (finding(trials_to_detect=9),)
        assert store.accounts("Search") == (second, first)
        assert store.cells("Search") == {1, 2, 2**62}
        assert [(f.name, f.trials, f.invocations) for f in store.functions()] == [("Search", 5, 8)]
        assert store.report("findings").id == "c1"


def test_what_is_no_store_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no campaign here"):
        Store.open(tmp_path)
    (tmp_path / "campaign.db").write_text("not a database, but long enough to look like one" * 9)
    with pytest.raises(UsageError, match="no campaign store"):
        Store.open(tmp_path)


def test_a_campaign_killed_before_it_was_stored_is_told_so(tmp_path: Path) -> None:
    Store(tmp_path / "campaign.db").close()
    (tmp_path / "campaign.db").touch()
    with pytest.raises(UsageError, match="before anything of it was stored"):
        Store.open(tmp_path)


def test_a_store_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "campaign.db").symlink_to(tmp_path / "nowhere" / "file")
    with pytest.raises(UsageError, match="cannot be opened"):
        Store(tmp_path / "campaign.db")


def test_a_campaign_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    """As kill -9 leaves it: what was written without its commit is not there."""
    with Store(tmp_path / "campaign.db") as store, pytest.raises(TypeError):
        store.begin("c1", RunConfig(source=tmp_path, out=tmp_path), "app", {"x": object()})
    with pytest.raises(UsageError, match="before anything of it was stored"):
        Store.open(tmp_path)


def test_the_store_of_another_program_is_left_as_it_was(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "campaign.db") as db:
        db.execute("CREATE TABLE theirs (a)")
    before = (tmp_path / "campaign.db").read_bytes()
    with pytest.raises(UsageError, match="no campaign store"):
        Store.open(tmp_path)
    assert (tmp_path / "campaign.db").read_bytes() == before


def test_a_baseline_accepts_until_its_day(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text("findings:\n- {id: a, reason: known, until: 2026-01-31}\n- {id: b}\n")
    known = load_known(file)
    assert known["a"].holds(date(2026, 1, 31))
    assert not known["a"].holds(date(2026, 2, 1))
    assert known["b"].holds(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [("[]", "no list of findings"), ("findings: [{rule: x}]", "has no id"), ("{", "neither JSON")],
)
def test_a_wrong_baseline_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        load_known(file)


def test_a_difference_has_new_fixed_and_persisting(tmp_path: Path) -> None:
    for name, ids in (("old", "ab"), ("new", "bc")):
        entries = ", ".join(f"{{id: {i}}}" for i in ids)
        (tmp_path / name).write_text(f"findings: [{entries}]")
    difference = compare(load_known(tmp_path / "old"), load_known(tmp_path / "new"))
    assert (difference.new, difference.fixed, difference.persisting) == (("c",), ("a",), ("b",))


def test_a_budget_says_why_it_is_spent() -> None:
    def never() -> bool:
        return False

    assert Budget(deadline=None, invocations=None, stopped=never).spent(10**6) is None
    assert "invocations" in str(Budget(deadline=None, invocations=5, stopped=never).spent(5))
    assert "time" in str(Budget(deadline=0.0, invocations=None, stopped=never).spent(0))
    stopped = Budget(deadline=None, invocations=None, stopped=lambda: True)
    assert stopped.spent(0) == "interrupted"
