"""The agenda: which job comes next; and accounts, which add up."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.campaign.account import Account, Planned, is_complete, summarise
from harness.campaign.agenda import Agenda, Stored
from harness.campaign.jobs import Job, Phase, cell_number, is_quick, shards_for
from tests.unit.campaign.test_scheduling import cells, learnt


def stored(*accounts: Account, **changes: object) -> Stored:
    made = Stored(accounts=accounts, cells=frozenset(), earlier=())
    return replace(made, **changes)  # type: ignore[arg-type]


def agenda(functions: Sequence[str], **changes: object) -> Agenda:
    options: dict[str, object] = {
        "workers": 2,
        "deadline": None,
        "invocations": None,
        "lookup": lambda _: stored(),
    }
    return Agenda(functions=functions, **{**options, **changes})  # type: ignore[arg-type]


def drain(of: Agenda, **account: object) -> list[Job]:
    done = []
    while not of.over:
        job = of.next()
        assert job is not None
        done.append(job)
        of.ended(job, Account(phase=job.phase, complete=True, **account))  # type: ignore[arg-type]
    return done


def test_every_function_has_its_quick_wins_before_any_has_the_rest() -> None:
    jobs = drain(agenda(["a", "b", "c"]))
    assert [(j.function, j.phase) for j in jobs[:3]] == [(n, Phase.QUICK) for n in "abc"]
    assert {j.phase for j in jobs[3:6]} == {Phase.FULL}
    assert {j.phase for j in jobs[6:]} == {Phase.EXPLORE}


def test_fewer_functions_than_workers_are_cut_into_shards_that_cover_the_plan() -> None:
    assert shards_for(1, 4) == 4
    assert shards_for(3, 2) == 1
    jobs = [j for j in drain(agenda(["a"], workers=3)) if j.phase is Phase.FULL]
    assert [(j.shard, j.shards) for j in jobs] == [(0, 3), (1, 3), (2, 3)]
    plan = cells("sql-injection", learnt())
    held = [sum(job.holds(cell) for job in jobs) for cell in plan]
    assert held == [1] * len(plan)
    done = replace(jobs[0], shards=1, done=frozenset(cell_number(c.key) for c in plan[:3]))
    assert [done.holds(c) for c in plan] == [False] * 3 + [True] * (len(plan) - 3)
    quick = replace(jobs[0], phase=Phase.QUICK, shards=1)
    assert [c for c in plan if quick.holds(c)] == [c for c in plan if is_quick(c)]


def test_a_lost_job_is_done_again_under_a_new_name_but_not_forever() -> None:
    of = agenda(["a"], workers=1)
    first = of.next()
    assert first is not None
    assert of.lost(first)
    second = of.next()
    assert second is not None
    assert (second.phase, second.attempt) == (Phase.QUICK, 1)
    assert second.key != first.key
    assert of.lost(second)
    third = of.next()
    assert third is not None
    assert not of.lost(third)


def test_a_functions_phases_wait_for_one_another_but_not_for_other_functions() -> None:
    of = agenda(["a", "b"])
    quick_a, quick_b = of.next(), of.next()
    assert quick_a is not None
    assert quick_b is not None
    of.ended(quick_b, Account(phase=Phase.QUICK, complete=True))
    full_b = of.next()
    assert full_b is not None
    assert (full_b.function, full_b.phase) == ("b", Phase.FULL)
    assert of.next() is None


def test_what_promises_most_comes_first_and_nothing_starves() -> None:
    of = agenda(["dull", "rich"], workers=1, deadline=time.monotonic() + 600)
    for gain in (0.0, 1.0):
        job = of.next()
        assert job is not None
        of.ended(job, Account(phase=Phase.QUICK, complete=True, gain=gain))
    rich = of.next()
    assert rich is not None
    assert rich.function == "rich"
    assert rich.seconds == pytest.approx(400, abs=5)
    of.ended(rich, Account(phase=Phase.FULL, complete=True))
    dull = of.next()
    assert dull is not None
    assert (dull.function, dull.phase) == ("dull", Phase.FULL)


def test_a_job_that_suits_is_preferred_among_the_first_few() -> None:
    names = [f"f{number}" for number in range(9)]  # two workers look eight jobs ahead
    of = agenda(names)
    taken = [of.next(lambda name: name == "f3"), of.next(lambda name: name == "f8"), of.next()]
    assert [job.function for job in taken if job is not None] == ["f3", "f8", "f0"]
    assert agenda(names).next(lambda name: name == "f8") == agenda(names).next()


def test_exploring_goes_on_while_it_sees_something_new() -> None:
    rounds = [j.round for j in drain(agenda(["a"], workers=1), novel=1)]
    assert rounds == [0, 0, 0, 1, 2, 3]
    assert [j.round for j in drain(agenda(["a"], workers=1))] == [0, 0, 0]


def test_a_function_that_never_starts_has_no_further_jobs() -> None:
    of = agenda(["a"], workers=1)
    job = of.next()
    assert job is not None
    assert of.ended(job, Account(phase=Phase.QUICK, hopeless=True))
    assert of.over


def test_invocations_are_limited_over_all_jobs_of_a_function() -> None:
    spent = Account(phase=Phase.QUICK, invocations=70)
    of = agenda(["a"], invocations=100, lookup=lambda _: stored(spent))
    job = of.next()
    assert job is not None
    assert job.invocations == 30


PLANNED = Planned(
    name="F", runtime="r", handler="h", triggers=("t",), declared_in="t.yaml:1", code="/app"
)


def test_accounts_add_up() -> None:
    quick = Account(
        phase=Phase.QUICK,
        invocations=5,
        trials={"ssti": 3},
        left={"ssti": 9},
        tested=True,
        complete=True,
        points=("/a",),
    )
    half = Account(
        phase=Phase.FULL,
        shards=2,
        invocations=7,
        trials={"ssti": 4},
        skipped={"ssti": 1},
        left={"ssti": 2},
        tested=True,
        points=("/a", "/b"),
        reason="its share of --max-time was used up",
    )
    other = replace(half, shard=1, left={}, complete=True, reason="")
    summary = summarise(PLANNED, [quick, half, other], Counter({"ssti": 1}))
    assert (summary.invocations, summary.trials, summary.points) == (19, 11, ("/a", "/b"))
    assert summary.tallies[0].skipped == 4
    assert summary.tallies[0].findings == 1
    assert summary.reason == "its share of --max-time was used up"
    assert not is_complete([quick, half, other])
    assert is_complete([quick, replace(half, complete=True), other])
    assert Account.from_json(half.as_json()) == half
    assert summarise(PLANNED, [], Counter()).reason == "its turn never came"
