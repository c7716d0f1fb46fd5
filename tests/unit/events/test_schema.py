"""Schemas of a trigger: a value that they accept, and a seed that holds it."""

import json
from typing import Any

import jsonschema
import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.events.seed import Seed, make_seed
from harness.events.shapes.schema import example
from harness.model import Address, Function, Trigger

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
FUNCTION = Function(name="F", runtime="python3.11", handler="app.handler", code=None)


def seed(id: str, **facts: Any) -> Seed:
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in facts.items()}
    return make_seed(TEMPLATES[id], Trigger(template=id, facts=texts), FUNCTION)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 30},
        {"type": "string", "maxLength": 3},
        {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
        {"type": "string", "pattern": "^a", "minLength": 5, "maxLength": 6},
        *({"type": "string", "format": f} for f in ("date", "date-time", "email", "uuid", "ipv4")),
        {"type": ["null", "integer"]},
        {"type": "integer", "minimum": 10, "multipleOf": 7},
        {"type": "integer", "maximum": -5},
        {"type": "integer", "exclusiveMinimum": 1, "maximum": 2},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        {"type": "number", "minimum": 0.25, "maximum": 0.5},
        {"type": "integer", "exclusiveMaximum": 1},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "maxItems": 0},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        {"properties": {"a": {"type": "boolean"}}, "required": ["a", "b"]},
        {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 2},
        {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                   {"properties": {"b": {"type": "string"}}, "required": ["b"]}]},
        {"oneOf": [{"type": "null"}, {"type": "object", "required": ["x"]}]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        {"const": 5},
        {"enum": ["m", "n"]},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_an_example_is_accepted_by_its_schema_and_the_same_each_time(schema) -> None:
    made = example(schema, "field")
    jsonschema.validate(made, schema, format_checker=jsonschema.FormatChecker())
    assert example(schema, "field") == made


def test_what_an_author_gives_comes_first_and_all_properties_are_there() -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "qty": {"type": "integer", "example": 4},
            "mode": {"type": "string", "default": "fast", "enum": ["slow", "fast"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "made": {"type": "string", "readOnly": True},
        },
    }
    assert example(schema) == {"id": "sample-id", "qty": 4, "mode": "fast", "tags": ["sample-tags"]}


def test_a_deep_schema_ends() -> None:
    schema: dict[str, Any] = {"type": "object"}
    schema["properties"] = {"child": schema}
    assert json.dumps(example(schema)).count("child") == 8


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": "x", "maxLength": -1, "pattern": "["},
        {"type": "object", "required": "id", "properties": [], "minProperties": None},
        {"type": "array", "items": 3, "minItems": "x"},
        {"type": "number", "minimum": "x", "multipleOf": 0},
        {"allOf": 3, "oneOf": None},
        {"type": 3},
        "nonsense",
    ],
    ids=json.dumps,
)
def test_a_schema_that_is_none_gives_some_value(schema) -> None:
    json.dumps(example(schema))


ORDER = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "kind": {"enum": ["a", "b"]},
        "lines": {"type": "array", "items": {"properties": {"qty": {"type": "integer"}}}},
        "note": {"type": "string", "maxLength": 40},
    },
}


@pytest.mark.parametrize("id", ["aws.apigateway.rest", "aws.apigateway.http"])
def test_a_body_is_an_example_each_leaf_of_which_is_a_point(id) -> None:
    made = seed(id, body_schema=ORDER, path="/orders", method="POST")
    assert json.loads(made.event["body"]) == {
        "sku": "AA", "kind": "a", "lines": [{"qty": 1}], "note": "sample-note",
    }  # fmt: skip
    inside = [p for p in made.points if str(p).startswith("/body!json")]
    assert [str(p) for p in inside] == [
        "/body!json/sku", "/body!json/kind", "/body!json/lines/0/qty", "/body!json/note",
    ]  # fmt: skip
    assert all(point.json for point in inside)
    assert "/body" in {str(p) for p in made.points}


def test_what_the_service_refuses_is_no_point() -> None:
    made = seed("aws.apigateway.rest", body_schema=ORDER, validated="body")
    inside = {str(p): p for p in made.points if str(p).startswith("/body!json")}
    assert set(inside) == {"/body!json/sku", "/body!json/note"}
    assert inside["/body!json/note"].max_bytes == 40
    assert inside["/body!json/sku"].pattern is not None


def test_a_form_is_one() -> None:
    made = seed("aws.apigateway.http", body_schema=ORDER, body_form="form")
    assert made.read(Address.parse("/body!form/sku")) == "AA"
    assert "/body!form/note" in {str(p) for p in made.points}


PARAMETERS = [
    {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 3}},
    {"in": "query", "name": "ids", "schema": {"type": "array", "items": {"enum": ["a"]}}},
    {"in": "header", "name": "X-Shop", "schema": {"type": "string", "example": "main"}},
    {"in": "path", "name": "id", "schema": {"type": "string", "format": "uuid"}},
    {"in": "cookie", "name": "cart", "schema": {"example": "c1"}},
]


def test_parameters_stand_wherever_the_service_repeats_them() -> None:
    made = seed("aws.apigateway.rest", parameters_json=PARAMETERS, path="/o/{id}", method="GET")
    assert made.event["queryStringParameters"] == {"q": "sample", "page": "3", "ids": "a"}
    assert made.event["multiValueQueryStringParameters"]["page"] == ["3"]
    assert made.event["multiValueHeaders"]["X-Shop"] == ["main"]
    id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    assert (made.event["pathParameters"], made.event["path"]) == ({"id": id}, f"/o/{id}")
    points = {str(p) for p in made.points}
    assert {"/queryStringParameters/page", "/headers/X-Shop", "/pathParameters/id"} <= points


def test_headers_of_http_apis_are_in_lower_case_and_cookies_in_a_list() -> None:
    made = seed("aws.apigateway.http", parameters_json=PARAMETERS)
    assert made.event["headers"]["x-shop"] == "main"
    assert "cart=c1" in made.event["cookies"][0]
    assert "page=3" in made.event["rawQueryString"]
    assert "/cookies/0!cookie/cart" in {str(p) for p in made.points}


def test_the_detail_of_an_event() -> None:
    made = seed("aws.eventbridge.event", detail_schema=ORDER)
    assert made.event["detail"]["sku"] == "AA"
    points = {str(p): p for p in made.points}
    assert "/detail/lines/0/qty" in points
    assert points["/detail/note"].json
