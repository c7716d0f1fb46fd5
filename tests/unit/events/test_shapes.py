"""Seeds grow by what a handler reads, where an attacker could have added it."""

import json

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.events.arm import Infeasible, arm, make_trial
from harness.events.reduce import reduce
from harness.events.seed import Seed, make_seed
from harness.events.shapes.errors import fields_named, from_error
from harness.events.shapes.reads import grow
from harness.events.shapes.typed import typed_reads
from harness.model import (
    Address,
    Canary,
    FieldRead,
    Function,
    FunctionError,
    Payload,
    Trigger,
)

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
FUNCTION = Function(name="F", runtime="python3.11", handler="app.handler", code=None)


def seed(id: str, **facts: str) -> Seed:
    return make_seed(TEMPLATES[id], Trigger(template=id, facts=facts), FUNCTION)


def missing(*addresses: str) -> list[FieldRead]:
    return [FieldRead(address=a, kind="missing") for a in addresses]


def points(grown: Seed) -> set[str]:
    return {str(p) for p in grown.points if p.learnt}


def test_a_field_inside_a_json_body_is_added_and_becomes_a_point() -> None:
    grown = grow(seed("aws.sqs.message"), missing("/Records/0/body!json/invoice")).seed
    assert json.loads(grown.event["Records"][0]["body"])["invoice"] == "sample-invoice"
    assert points(grown) == {"/Records/0/body!json/invoice"}


def test_a_query_parameter_is_added_at_every_place_where_the_service_repeats_it() -> None:
    grown = grow(seed("aws.apigateway.rest"), missing("/queryStringParameters/page")).seed
    assert grown.event["queryStringParameters"]["page"] == "sample-page"
    assert grown.event["multiValueQueryStringParameters"]["page"] == ["sample-page"]
    armed = arm(grown, [trial(grown, "/queryStringParameters/page", "7")])
    assert armed.event["multiValueQueryStringParameters"]["page"] == ["7"]


def test_a_field_that_only_the_service_writes_is_not_added() -> None:
    start = seed("aws.s3.object-created")
    assert grow(start, missing("/Records/0/s3/object/owner", "/trace")).seed is start


def test_a_direct_event_is_built_from_nothing() -> None:
    grown = grow(seed("aws.lambda.direct-invoke"), missing("/parcel")).seed
    grown = grow(grown, [FieldRead(address="/parcel", kind="mapping", value="weight")]).seed
    grown = grow(grown, missing("/parcel/weight")).seed
    assert grown.event == {"parcel": {"weight": "sample-weight"}}


def test_what_is_decoded_becomes_decodable_and_its_inside_a_point() -> None:
    start = grow(seed("aws.sqs.message"), missing("/Records/0/body!json/blob")).seed
    read = FieldRead(address="/Records/0/body!json/blob", kind="decode", value="base64")
    grown = grow(start, [read]).seed
    assert grown.read(Address.parse("/Records/0/body!json/blob!base64")) == "sample"
    assert "/Records/0/body!json/blob!base64" in points(grown)


def test_each_constant_that_a_field_is_compared_with_gives_a_variant() -> None:
    start = grow(seed("aws.eventbridge.event"), missing("/detail/kind")).seed
    reads = [FieldRead(address="/detail/kind", kind="equals", value=v) for v in ("add", "drop")]
    variants = grow(start, reads).variants
    assert [v.event["detail"]["kind"] for v in variants] == ["add", "drop"]
    assert [v.variant for v in variants] == ["kind=add", "kind=drop"]


def test_a_field_of_a_table_row_may_turn_out_to_be_a_map_or_a_number() -> None:
    image = "/Records/0/dynamodb/NewImage"
    start = grow(seed("aws.dynamodb.stream"), missing(f"{image}/rules", f"{image}/price")).seed
    grown = grow(start, missing(f"{image}/rules/M", f"{image}/price/N")).seed
    grown = grow(grown, missing(f"{image}/rules/M/formula")).seed
    row = grown.event["Records"][0]["dynamodb"]["NewImage"]
    assert row["rules"] == {"M": {"formula": {"S": "sample-formula"}}}
    assert row["price"] == {"N": "1"}
    assert {f"{image}/rules/M/formula/S", f"{image}/price/N"} <= points(grown)
    assert f"{image}/price/S" not in points(grown)


def test_reads_of_plain_values_are_told_of_the_typed_ones() -> None:
    image = "/Records/0/dynamodb/NewImage"
    row = seed("aws.dynamodb.stream").written(
        Address.parse(image), {"name": {"S": "x"}, "terms": {"M": {"rows": {"L": [{"N": "1"}]}}}}
    )
    plain = f"{image}!dynamodb"
    asked = {
        f"{plain}/name": f"{image}/name/S",
        f"{plain}/name!json/a": f"{image}/name/S!json/a",
        f"{plain}/terms/rows/0": f"{image}/terms/M/rows/L/0/N",
        f"{plain}/terms/none": f"{image}/terms/M/none",
        f"{plain}/none/at/all": f"{image}/none/at/all",
        f"{image}/terms!dynamodb/rows": f"{image}/terms/M/rows/L",
    }
    reads = [FieldRead(address=address, kind="present") for address in asked]
    assert [read.address for read in typed_reads(row, reads)] == list(asked.values())
    decoded = FieldRead(address=image, kind="decode", value="dynamodb")
    assert [read.kind for read in typed_reads(row, [decoded])] == ["walked"]


def test_a_text_of_a_row_that_was_to_be_a_map_becomes_one() -> None:
    image = "/Records/0/dynamodb/NewImage"
    grown = grow(seed("aws.dynamodb.stream"), missing(f"{image}/terms")).seed
    read = FieldRead(address=f"{image}/terms/S", kind="mapping", value="get")
    row = grow(grown, [read]).seed.event["Records"][0]["dynamodb"]["NewImage"]
    assert row["terms"] == {"M": {}}


def test_an_sdk_that_asks_a_value_of_a_row_for_each_type_changes_none() -> None:
    image = "/Records/0/dynamodb/NewImage"
    start = grow(seed("aws.dynamodb.stream"), missing(f"{image}/title")).seed
    there = FieldRead(address=f"{image}/title/S", kind="present")
    asked = [*missing(f"{image}/title/N"), there, *missing(f"{image}/title/BOOL")]
    assert grow(start, asked).seed is start


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("'orderId'", ("orderId",)),
        ("Cannot read properties of undefined (reading 'name')", ("name",)),
        ("Missing required key 'amount' in event", ("amount",)),
        ("division by zero", ()),
    ],
)
def test_an_error_message_names_the_missing_field(message: str, names: tuple[str, ...]) -> None:
    error = FunctionError(type="KeyError", message=message)
    assert fields_named(error) == names


def test_a_black_box_is_offered_the_named_field_in_each_open_place() -> None:
    error = FunctionError(type="KeyError", message="'invoice'")
    grown = list(from_error(seed("aws.sqs.message"), error))
    assert any("invoice" in g.event["Records"][0]["body"] for g in grown)


def test_a_routes_parameters_are_insertion_points() -> None:
    made = seed("aws.apigateway.http", path="/orders/{order}", method="GET", route_key="GET /o")
    assert made.event["pathParameters"] == {"order": "sample"}
    assert made.event["rawPath"] == "/orders/sample"
    assert "/pathParameters/order" in {str(p) for p in made.points}


def trial(of: Seed, address: str, text: object):  # type: ignore[no-untyped-def]
    point = next(p for p in of.points if str(p) == address)
    payload = Payload(id="x.y", rule="x", context="", template=text, control="c")
    return make_trial(of, point, payload, Canary.make(1, 1), {})


def test_what_the_service_never_lets_through_is_never_sent() -> None:
    bucket = seed("aws.s3.object-created")
    with pytest.raises(Infeasible, match="1024"):
        trial(bucket, "/Records/0/s3/object/key!url", "a" * 1025)
    rest = seed("aws.apigateway.rest")
    with pytest.raises(Infeasible, match="only text"):
        trial(rest, "/queryStringParameters/q", {"a": 1})
    with pytest.raises(Infeasible):
        trial(rest, "/headers/User-Agent", "two\r\nlines")


def test_shrinking_keeps_only_what_the_verdict_needs_also_inside_encodings() -> None:
    start = grow(seed("aws.sqs.message"), missing("/Records/0/body!json/invoice")).seed
    kept = Address.parse("/Records/0/body!json/invoice")

    def shows(smaller: Seed) -> bool:
        return smaller.exists(kept) and "messageId" in smaller.event["Records"][0]

    small = reduce(start, (kept,), shows)
    assert list(small.event["Records"][0]) == ["messageId", "body"]
    assert json.loads(small.event["Records"][0]["body"]) == {"invoice": "sample-invoice"}
