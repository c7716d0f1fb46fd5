"""What error messages tell, and what a black box is offered because of it."""

import json
from typing import Any

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.errors import UsageError
from harness.events.seed import Seed, make_seed
from harness.events.shapes.errors import from_error, settled
from harness.events.shapes.guess import with_paths
from harness.events.shapes.hints import known_hints, load_hints
from harness.model import Function, FunctionError, Trigger

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
FUNCTION = Function(name="F", runtime="python3.11", handler="app.handler", code=None)


def seed(*paths: str, id: str = "aws.lambda.direct-invoke") -> Seed:
    return with_paths(make_seed(TEMPLATES[id], Trigger(template=id), FUNCTION), paths)


def offered(start: Seed, message: str, type: str = "Error") -> list[Any]:
    return [s.event for s in from_error(start, FunctionError(type=type, message=message))]


@pytest.mark.parametrize("entry", known_hints().entries, ids=lambda entry: entry.id)
def test_each_pattern_tells_what_it_says_of_its_example(entry) -> None:
    (hint, *_) = known_hints().told(entry, entry.example)
    gives = entry.gives
    path = gives.path or ((gives.field,) if gives.field else ())
    assert hint.path == path
    assert (hint.parent, hint.wanted) == (gives.parent, gives.wanted)
    assert (hint.value, hint.choices, hint.regex) == (gives.value, gives.choices, gives.regex)


@pytest.mark.parametrize(
    "message",
    [
        "division by zero",
        "Task timed out after 3.00 seconds",
        "Connection refused",
        "",
        "Forbidden",
    ],
)
def test_a_message_about_something_else_tells_nothing(message) -> None:
    assert known_hints().of(FunctionError(type="Error", message=message)) == ()


def test_a_long_message_is_read_in_reasonable_steps() -> None:
    message = "must be " * 20_000 + "'a' -> [" * 20_000
    assert known_hints().of(FunctionError(type="Error", message=message)) == ()


def test_a_missing_field_deep_inside_is_added_with_all_around_it() -> None:
    found = offered(seed(), '"order.lines[0].sku" is required')
    assert {"order": {"lines": [{"sku": "sample-sku"}]}} in found


def test_a_field_of_a_named_parent_is_added_there() -> None:
    start = seed("/order", "/order/a")
    message = "Cannot destructure property 'id' of 'event.order.address' as it is undefined."
    found = offered(start, message, "TypeError")
    assert {"order": {"a": "sample-a", "address": {"id": "sample-id"}}} in found


def test_a_field_of_another_type_is_exchanged_where_it_stands() -> None:
    start = seed("/order", "/order/qty", "/order/lines")
    found = offered(
        start, "json: cannot unmarshal string into Go struct field Order.qty of type int"
    )
    assert found[0]["order"]["qty"] == 1
    found = offered(start, "event.order.lines.map is not a function", "TypeError")
    assert [f["order"]["lines"] for f in found] == [["sample"], [{}]]


def test_a_field_that_is_not_there_gets_the_type_too() -> None:
    found = offered(
        seed(), "1 validation error for Order\nqty\n  Input should be a valid integer [a]"
    )
    assert {"qty": 1} in found


def test_a_refused_value_is_known_by_our_placeholder() -> None:
    start = seed("/qty", "/note")
    found = offered(start, "invalid literal for int() with base 10: 'sample-qty'", "ValueError")
    assert found == [{"qty": 1, "note": "sample-note"}, {"qty": "1", "note": "sample-note"}]


def test_choices_and_patterns_are_tried() -> None:
    start = seed("/state", "/sku")
    found = offered(start, '"state" must be one of [open, closed]')
    assert [f["state"] for f in found] == ["open", "closed"]
    found = offered(start, "'sample-sku' does not match '^[A-Z]{2}$'")
    assert [f["sku"] for f in found] == ["AA"]


def test_when_no_field_is_named_each_made_up_value_may_be_meant() -> None:
    start = seed("/data", "/other")
    found = offered(start, "Expecting value: line 1 column 1 (char 0)", "JSONDecodeError")
    assert {"data": "{}", "other": "sample-other"} in found
    assert {"data": "sample-data", "other": "{}"} in found


def test_a_field_inside_a_message_is_found_through_its_encoding() -> None:
    start = seed("/Records/0/body!json", "/Records/0/body!json/qty", id="aws.sqs.message")
    found = offered(start, "data/qty must be integer")
    assert json.loads(found[0]["Records"][0]["body"])["qty"] == 1


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("'a' is required", "'b' is required", True),
        ("'a' is required", "a must be an integer", True),
        ("'a' is required", "'a' is required", False),
        ("invalid literal for int() with base 10: 'x'",
         "invalid literal for int() with base 10: '{}'", False),
        ("boom", "bang", False),
        ("'a' is required", None, True),
    ],
)  # fmt: skip
def test_a_complaint_is_settled_when_it_is_no_longer_made(before, after, gone) -> None:
    then = FunctionError(type="Error", message=before)
    now = None if after is None else FunctionError(type="Error", message=after)
    assert settled(then, now) is gone


def test_candidates_are_few() -> None:
    paths = [f"/f{n}" for n in range(60)]
    message = " ".join(f"'g{n}' is required." for n in range(60))
    assert len(offered(seed(*paths), message)) <= 80


FILE = """\
types: {integer: [int]}
hints:
  - id: mine
    pattern: %s
    example: x
    gives: {}
"""


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ('"("', "errors.yaml:4: hints.0.pattern: Value error, not a regular expression"),
        ('"(?P<colour>a)"', "errors.yaml:4: hints.0.pattern: Value error, no group 'colour'"),
        ("a\n  - {id: mine, pattern: a, example: a, gives: {}}\n    #",
         "errors.yaml:"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_of_patterns_is_told_with_its_line(tmp_path, pattern, told) -> None:
    path = tmp_path / "errors.yaml"
    path.write_text(FILE % pattern)
    with pytest.raises(UsageError) as raised:
        load_hints(path)
    assert str(raised.value).replace(f"{tmp_path}/", "").startswith(told)
