"""What is tried when, and together with what: batches, packs, the bandit, the agenda, accounts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.campaign.novelty import Learnt, signature
from harness.campaign.packing import Room, Survival, next_packs
from harness.campaign.plan import Cell
from harness.campaign.reach import Benign, calibrate, effects_of, went_well
from harness.campaign.schedule import Answer, Schedule
from harness.catalogue.paths import data_folder
from harness.catalogue.payloads import load_payloads
from harness.catalogue.templates import load_templates
from harness.events.batch import in_record, lies_in_records, records_of, widened
from harness.events.inject import AddressError, write, write_all
from harness.events.seed import Seed, make_seed
from harness.model import (
    Address,
    AwsCall,
    FieldRead,
    Function,
    Observation,
    Outcome,
    Payload,
    Status,
    Trigger,
)

FUNCTION = Function(name="F", runtime="python3.11", handler="app.handler", code=Path("/app"))
BY_ID = {template.id: template for template in load_templates(data_folder("event_templates"))}
BY_RULE: dict[str, list[Payload]] = {}
for loaded in load_payloads(data_folder("payloads")):
    BY_RULE.setdefault(loaded.rule, []).append(loaded)


def seed(template: str = "aws.sqs.message", batch_size: int | None = None) -> Seed:
    trigger = Trigger(template=template, batch_size=batch_size)
    return make_seed(BY_ID[template], trigger, FUNCTION)


def observation(*calls: str, status: Status = Status.OK, reads: Sequence[str] = ()) -> Observation:
    outcome = Outcome(
        status=status, raw="null", reads=tuple(FieldRead(address=a, kind="present") for a in reads)
    )
    made = tuple(
        AwsCall(service="sqs", operation=name, parameters={}, status=200) for name in calls
    )
    return Observation(outcome=outcome, calls=made)


def learnt(template: str = "aws.sqs.message") -> Learnt:
    return Learnt(seed=seed(template), observation=observation(), read=frozenset())


@pytest.mark.parametrize("code", [200, "200", {"of": 1}, [200], None, 1.5], ids=repr)
def test_whatever_a_handler_answers_can_be_compared(code: object) -> None:
    outcome = Outcome(status=Status.OK, raw="", response={"statusCode": code})
    told = replace(learnt(), observation=Observation(outcome=outcome))
    assert signature(told) == signature(told, whole=True)


def cells(rule: str, of: Learnt, point: int = 0, **changes: object) -> list[Cell]:
    ordered = sorted(BY_RULE[rule], key=lambda payload: payload.priority)  # as the plan has them
    found = [Cell(learnt=of, point=of.seed.points[point], payload=p) for p in ordered]
    return [replace(cell, **changes) for cell in found]  # type: ignore[arg-type]


def test_a_batch_has_records_that_are_told_apart_and_points_in_each() -> None:
    start = seed(batch_size=10)
    assert records_of(start) == 10
    wide = widened(start, 3)
    records = wide.event["Records"]
    assert len({record["messageId"] for record in records}) == 3
    assert {len(record["messageId"]) for record in records} == {36}
    assert {record["body"] for record in records} == {start.event["Records"][0]["body"]}
    body = Address.parse("/Records/0/body!json/id")
    assert str(in_record(wide, body, 2)) == "/Records/2/body!json/id"
    assert all(lies_in_records(start, point) for point in start.points)
    http = seed("aws.apigateway.http")
    assert records_of(http) == 1
    assert widened(http, 1) is http


def test_writing_several_places_at_once_is_writing_one_after_the_other() -> None:
    event = {"a": '{"b": {"c": "1"}, "d": "2"}', "e": ["x", "y"]}
    values = [
        (Address.parse("/a!json/b/c"), "one"),
        (Address.parse("/a!json/d"), "two"),
        (Address.parse("/e/1"), "three"),
    ]
    expected = event
    for address, value in values:
        expected = write(expected, address, value)
    assert write_all(event, values) == expected
    assert event["e"] == ["x", "y"]
    with pytest.raises(AddressError):
        write_all(event, [(Address.parse("/a!json/b"), 1), (Address.parse("/a!json/b/c"), 2)])
    with pytest.raises(AddressError):
        write_all(event, [(Address.parse("/a"), "x"), (Address.parse("/a!json/d"), "y")])


def test_quick_wins_of_every_arm_come_first_and_none_is_starved() -> None:
    of = learnt()
    many = cells("os-command-injection", of) + cells("sql-injection", of)
    schedule = Schedule(many)
    order = [schedule.first() for _ in range(len(many))]
    assert schedule.first() is None
    assert sorted(c.key for c in order if c) == sorted(c.key for c in many)
    priorities = [cell.payload.priority for cell in order if cell]
    assert priorities[0] == 1
    # A later priority never comes two steps before an earlier one of the other rule.
    assert all(max(priorities[:i] or [1]) <= p + 1 for i, p in enumerate(priorities))


def test_an_arm_that_gives_something_is_preferred() -> None:
    of = learnt()
    dull, rich = cells("os-command-injection", of), cells("sql-injection", of)
    same = [replace(c, payload=replace(c.payload, priority=2)) for c in (*dull, *rich)]
    schedule = Schedule(same)
    for cell in same:
        schedule.saw(cell, 1.0 if cell.payload.rule == "sql-injection" else 0.0)
    first = schedule.first()
    assert first is not None
    schedule.back([first])
    schedule._rebuild()
    picked = [schedule.first() for _ in range(len(rich))]
    assert all(cell is not None and cell.payload.rule == "sql-injection" for cell in picked)


def test_a_rule_that_is_hurried_goes_before_all_others_at_its_point_only() -> None:
    of = learnt()
    slow = cells("redos", of) + cells("redos", of, point=1)
    schedule = Schedule(cells("sql-injection", of) + slow)
    first = schedule.first()
    assert first is not None
    assert first.payload.rule == "sql-injection"
    schedule.hurry(first, "redos")
    schedule.hurry(first, "a rule without cells")
    hurried = [schedule.first() for _ in range(len(slow) // 2)]
    assert {(c.payload.rule, c.point) for c in hurried if c} == {("redos", first.point)}
    after = schedule.first()
    assert after is not None
    assert after.payload.rule == "sql-injection"


def test_what_was_handed_out_and_given_back_comes_again() -> None:
    of = learnt()
    schedule = Schedule(cells("sql-injection", of))
    first = schedule.first()
    assert first is not None
    offered: list[Cell] = []

    def take(cell: Cell) -> Answer:
        offered.append(cell)
        return Answer.TAKEN

    schedule.fill(first, take, looks=1000)
    assert len(schedule) == 0
    assert len(offered) == len(BY_RULE["sql-injection"]) - 1
    schedule.back([first, *offered])
    for answer in (Answer.PASSED, Answer.CLOSED, Answer.FULL):
        refused: list[Cell] = []

        def refuse(cell: Cell, answer: Answer = answer, refused: list[Cell] = refused) -> Answer:
            refused.append(cell)
            return answer

        schedule.fill(first, refuse, looks=1000)
        assert [cell.key for cell in refused] == [first.key]
    again = schedule.first()
    assert again is not None
    assert again.key == first.key
    assert len(schedule) == len(offered)


def test_a_pack_fills_records_and_never_one_place_twice() -> None:
    of = learnt()
    schedule = Schedule(cells("sql-injection", of) + cells("sql-injection", of, point=1))
    first = schedule.first()
    assert first is not None
    pack = next_packs(schedule, Survival(), Room(records=4, together=False), first)
    assert 1 < len(pack.placed) <= 4
    assert pack.records == len({item.record for item in pack.placed})
    places = [(item.record, str(item.cell.point)) for item in pack.placed]
    assert len(set(places)) == len(places)
    halves = pack.halves()
    assert sorted(i.cell.key for half in halves for i in half.placed) == sorted(
        i.cell.key for i in pack.placed
    )
    assert all(half.placed[0].record == 0 for half in halves)


def test_a_point_and_what_lies_inside_of_it_never_share_a_record() -> None:
    of = learnt()
    whole, inside = of.seed.points[0], of.seed.points[1]
    assert str(inside).startswith(str(whole))
    payload = BY_RULE["sql-injection"][0]
    both = [Cell(learnt=of, point=p, payload=payload) for p in (whole, inside)]
    schedule = Schedule(both[1:])
    pack = next_packs(schedule, Survival(), Room(records=1, together=True), both[0])
    assert pack.alone
    assert len(schedule) == 1


def test_what_spoils_invocations_goes_alone() -> None:
    of = learnt()
    survival = Survival()
    spoiling = cells("sql-injection", of)
    for cell in spoiling * 4:
        survival.saw(cell, spoilt=True)
    schedule = Schedule(spoiling)
    first = schedule.first()
    assert first is not None
    assert next_packs(schedule, survival, Room(records=10, together=True), first).alone
    dear = cells("timeout", of)
    assert next_packs(Schedule(dear[1:]), Survival(), Room(records=10), dear[0]).alone


def test_a_handler_that_walks_through_its_batch_is_given_more_records() -> None:
    of = learnt()
    one, several = observation("SendMessage"), observation(*["SendMessage"] * 3)
    wide = [f"/Records/{n}/body" for n in range(3)]
    answers = iter([one, several, observation(*["SendMessage"] * 3, reads=wide)])
    benign = calibrate(of, lambda seed, learn: next(answers))
    assert benign.room.records == 10
    assert benign.expects(5)["aws", "sqs", "SendMessage"] == 5
    only_first = iter([one, one, observation("SendMessage", reads=wide[:1])])
    benign = calibrate(of, lambda seed, learn: next(only_first))
    assert benign.room.records == 1


def test_a_pack_counts_only_when_all_went_as_with_benign_events() -> None:
    benign = Benign(standing=2, each=Counter({("aws", "sqs", "SendMessage"): 1}))
    assert went_well(observation("SendMessage", "SendMessage"), benign, 2)
    assert not went_well(observation("SendMessage"), benign, 2)
    assert not went_well(observation("SendMessage", status=Status.ERROR), benign, 1)
    assert effects_of(observation("A", "A"))["aws", "sqs", "A"] == 2
