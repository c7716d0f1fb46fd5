"""Values that take the other side of a check."""

import json
from datetime import datetime
from typing import Any

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.events.seed import Seed, make_seed
from harness.events.shapes.reads import grow
from harness.events.shapes.satisfy import (
    convertible,
    equal,
    framed,
    matches,
    other_side,
    with_words,
)
from harness.model import Address, FieldRead, Function, Trigger

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
FIELD = "/Records/0/body!json/field"


def seed() -> Seed:
    function = Function(name="F", runtime="python3.11", handler="app.handler", code=None)
    start = make_seed(TEMPLATES["aws.sqs.message"], Trigger(template="aws.sqs.message"), function)
    return grow(start, [FieldRead(address=FIELD, kind="missing")]).seed


@pytest.mark.parametrize(
    ("kind", "value", "current", "wanted"),
    [
        ("greater", 100, "1", "101"),
        ("greater", 100, 101, 99),
        ("less", 0.5, 1, -0.5),
        ("less", 3, 1, 4),
        ("greater", 5, "no number", "6"),
        ("greater", True, 1, None),
        ("length", 3, "sample", "sam"),
        ("length", 8, "sample", "sampleaa"),
        ("length", 3, "7", "711"),
        ("length", 3, ["a"], ["a", "a", "a"]),
        ("length", 0, "sample", None),
        ("length", 10**9, "sample", None),
        ("matches", "[0-9]{4}", "sample", "0000"),
        ("matches", "^INV-[0-9]+$", "sample", "INV-0"),
        ("matches", "[a-z]+", "sample", None),
        ("matches", "(", "sample", None),
        ("matches", "a", 7, None),
    ],
)
def test_the_other_side_of_a_check(kind: str, value: Any, current: Any, wanted: Any) -> None:
    assert other_side(kind, value, current) == wanted


@pytest.mark.parametrize("kind", ["int", "decimal", "uuid", "datetime", "date", "time"])
def test_a_text_is_made_what_a_converter_takes_and_then_left_alone(kind: str) -> None:
    made = convertible(kind, "sample")
    assert made != "sample"
    assert convertible(kind, made) == made


def test_a_format_of_strptime_gives_a_text_in_it() -> None:
    assert convertible("datetime %d/%m/%Y", "sample") == "31/01/2024"
    datetime.strptime(convertible("datetime %Y%m%dT%H%M%SZ", "x"), "%Y%m%dT%H%M%SZ")
    assert convertible("of no kind we know", "sample") == "sample"


def test_a_number_that_is_a_text_stays_a_text() -> None:
    assert (equal(5, "1"), equal(5, "a"), equal(5, 1), equal("5", "1")) == ("5", 5, 5, "5")


def test_checks_become_variants_and_casts_become_the_seed() -> None:
    reads = [
        FieldRead(address=FIELD, kind="cast", value="int"),
        FieldRead(address=FIELD, kind="greater", value=100),
        FieldRead(address=FIELD, kind="length", value=4),
    ]
    growth = grow(seed(), reads)
    assert growth.seed.read(Address.parse(FIELD)) == "1"
    held = [json.loads(v.event["Records"][0]["body"])["field"] for v in growth.variants]
    assert held == ["101", "1111"]
    assert [v.variant for v in growth.variants] == ["field=101", "field=1111"]
    assert all(not point.prefix and not point.suffix for v in growth.variants for point in v.points)


@pytest.mark.parametrize(
    ("pattern", "text", "around"),
    [
        (r"#case\((.+)\)", "#case(0)", ("#case(", ")")),
        (r"(.*)\.csv$", ".csv", ("", ".csv")),
        (r"#case", "#case", None),  # anywhere
        (r"^case", "case", ("case", "")),  # whatever comes after it
        (r"case$", "case", ("", "case")),
        (r"^case$", "case", None),
        (r"\A(?:#case\((\d+)\))", "#case(0)", ("#case(0)", "")),  # the group takes numbers only
        (r"\A(?:#case\((\d+)\))\Z", "#case(0)", None),
        (r"\A(?:in/([a-z]+)/([^/\x00-\x1f]+)\.([a-z]{3}))\Z", "in/a/b.aaa", ("in/a/", ".aaa")),
    ],
)
def test_what_stands_around_a_group_that_takes_any_text_frames_a_payload(
    pattern: str, text: str, around: tuple[str, str] | None
) -> None:
    assert framed(pattern, text) == around


def test_words_stand_where_the_groups_of_a_pattern_take_them() -> None:
    pattern = r"\A(?:in/([a-z]{2,9})/(.+)\.([a-z]{3}))\Z"
    made = list(with_words(pattern, "in/aa/x.aaa", ["pdf", "letters", "No"]))
    assert {"in/aa/x.pdf", "in/pdf/x.aaa", "in/letters/x.aaa", "in/aa/No.aaa"} <= set(made)
    assert "in/No/x.aaa" not in made


def test_a_pattern_that_takes_exponential_time_is_held_against_nothing_long() -> None:
    evil = r"\A(?:(([a-z])+.)+[A-Z]([a-z])+)\Z"
    assert list(with_words(evil, "aaAa", ["b" * 60])) == []
    assert not matches(evil, "b" * 60)
    assert framed(evil, "b" * 60) is None


def test_a_pattern_with_such_a_group_keeps_its_frame_under_attack() -> None:
    growth = grow(seed(), [FieldRead(address=FIELD, kind="matches", value=r"#case\((.+)\)")])
    (variant,) = growth.variants
    assert variant.read(Address.parse(FIELD)) == "#case(sample)"
    (point,) = (p for p in variant.points if str(p.address) == FIELD)
    assert (point.prefix, point.suffix) == ("#case(", ")")
