"""Events as requests, answers as outcomes, and what may be called at all."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import UsageError
from harness.events.inject import write
from harness.events.seed import make_seed
from harness.model import Address, Application, Function, Status, Trigger
from harness.targets.base import Setup
from harness.targets.http.answer import Response, outcome_of
from harness.targets.http.kinds import doors
from harness.targets.http.provider import PROVIDER
from harness.targets.http.request import HttpRequest, Unsendable, request_of
from harness.targets.registry import lacking

FACTS = {
    "aws.apigateway.rest": {"path": "/items/{id}", "method": "POST", "stage": "prod"},
    "aws.apigateway.http": {"path": "/files/{rest+}", "method": "POST"},
}


def event_of(template: str) -> tuple[Any, dict[str, str]]:
    facts = dict(FACTS.get(template, {}))
    function = Function(name="F", runtime="python3.11", handler="a.b", code=None)
    trigger = Trigger(template=template, facts=facts)
    return make_seed(doors()[template].template, trigger, function).event, facts


def sent(template: str, *changes: tuple[str, Any]) -> HttpRequest:
    event, facts = event_of(template)
    for address, value in changes:
        event = write(event, Address.parse(address), value)
    return request_of(doors()[template], facts, event)


@pytest.mark.parametrize("template", sorted(doors()))
def test_the_event_of_every_http_trigger_can_be_sent(template: str) -> None:
    request = sent(template)
    assert request.target.startswith("/")
    assert b"hello" in request.body
    assert "q=sample" in request.target
    assert not {name.lower() for name, _ in request.headers} & {"host", "x-forwarded-for"}
    assert "authorization" not in request.forged


def test_a_route_s_parameters_are_written_into_the_path() -> None:
    at = "/pathParameters/id"
    assert sent("aws.apigateway.rest").target.startswith("/items/sample?")
    assert sent("aws.apigateway.rest", (at, "a/../b c")).target.startswith("/items/a%2F..%2Fb%20c?")
    assert sent("aws.apigateway.rest", (at, "..")).target.startswith("/items/%2E%2E?")
    greedy = sent("aws.apigateway.http", ("/pathParameters/rest", "a/b"))
    assert greedy.target.startswith("/files/a/b?")


def test_the_query_is_encoded_and_lists_know_more_than_single_values() -> None:
    at = "/multiValueQueryStringParameters/q"
    assert sent("aws.apigateway.rest", (at, ["a&b", "é"])).target.endswith("?q=a%26b&q=%C3%A9")
    raw = sent("aws.apigateway.http", ("/rawQueryString", "q=%27"))
    assert raw.target.endswith("?q=%27")
    assert sent("aws.elb.request", ("/queryStringParameters/q", "%27")).target == "/?q=%27"


def test_headers_cookies_and_packed_bodies_go_as_they_are() -> None:
    request = sent(
        "aws.apigateway.http",
        ("/headers/x-forwarded-for", "1.2.3.4"),
        ("/cookies", ["a=1", "b=2"]),
        ("/body", base64.b64encode(b"\xff").decode()),
        ("/isBase64Encoded", True),
    )
    assert dict(request.headers)["x-forwarded-for"] == b"1.2.3.4"
    assert dict(request.headers)["cookie"] == b"a=1; b=2"
    assert request.body == b"\xff"
    assert request.forged == {"x-forwarded-for", "cookie"}


@pytest.mark.parametrize(
    ("template", "address", "value", "told"),
    [
        ("aws.apigateway.rest", "/multiValueHeaders/Accept", ["a\r\nb: c"], "header Accept"),
        ("aws.apigateway.rest", "/multiValueHeaders/Accept", [{"$ne": 1}], "text"),
        ("aws.apigateway.rest", "/multiValueHeaders/Host", ["evil"], "writes the header Host"),
        ("aws.apigateway.rest", "/pathParameters/id", "", "another route"),
        ("aws.apigateway.rest-authorized", "/requestContext/authorizer/user", "admin", "user"),
        ("aws.apigateway.http-jwt", "/requestContext/authorizer/jwt/claims/email", "x", "email"),
        ("aws.apigateway.http", "/cookies", ["a=1; b"], "semicolon"),
        ("aws.apigateway.http", "/body", {"a": 1}, "text"),
        ("aws.elb.request", "/queryStringParameters/q", "a b", "URL"),
        ("aws.elb.request", "/path", "/a#b", "no path"),
    ],
)
def test_what_no_request_makes_is_not_sent(
    template: str, address: str, value: Any, told: str
) -> None:
    with pytest.raises(Unsendable, match=told):
        sent(template, (address, value))


def test_a_load_balancer_lets_any_host_through() -> None:
    assert dict(sent("aws.elb.request", ("/headers/host", "evil")).headers)["host"] == b"evil"


def response(status: int, body: bytes, **headers: str) -> Response:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Response(status=status, headers=pairs, body=body, milliseconds=3.0)


def test_an_answer_comes_in_the_form_in_which_the_function_gave_it() -> None:
    told = Response(
        status=201,
        headers=[("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-a", "1"), ("date", "now")],
        body=b"\xff",
        milliseconds=3.0,
    )
    two = outcome_of("http-v2", told)
    assert two.status is Status.OK
    assert two.response == {
        "statusCode": 201,
        "headers": {"x-a": "1"},
        "cookies": ["a=1", "b=2"],
        "body": "/w==",
        "isBase64Encoded": True,
    }
    one = outcome_of("http-v1", told).response
    assert one["multiValueHeaders"] == {"set-cookie": ["a=1", "b=2"], "x-a": ["1"]}
    assert json.loads(two.raw) == two.response


@pytest.mark.parametrize(
    ("contract", "status", "body", "expected"),
    [
        ("http-v1", 502, '{"message": "Internal server error"}', Status.ERROR),
        ("http-v1", 504, '{"message": "Endpoint request timed out"}', Status.TIMEOUT),
        ("http-v1", 403, '{"message":"Missing Authentication Token"}', Status.UNSENT),
        ("http-v1", 403, '{"message":"not yours"}', Status.OK),
        ("http-v2", 500, '{"message":"Internal Server Error"}', Status.ERROR),
        ("http-v2", 503, '{"message":"Service Unavailable"}', Status.TIMEOUT),
        ("http-v2", 404, '{"message":"Not Found"}', Status.UNSENT),
        ("http-v2", 404, '{"message":"no such item"}', Status.OK),
        ("alb-multi-value", 502, "<html><h1>502 Bad Gateway</h1></html>", Status.ERROR),
        ("lattice", 504, "", Status.TIMEOUT),
    ],
)
def test_what_the_front_says_itself_is_told_from_the_functions_answer(
    contract: str, status: int, body: str, expected: Status
) -> None:
    assert outcome_of(contract, response(status, body.encode())).status is expected


APPLICATION = Application(
    name="a", source=None, functions=(Function(name="F", runtime="", handler="", code=None),)
)  # type: ignore[arg-type]
PUBLIC = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod"
HOSTS = ["*.execute-api.eu-west-1.amazonaws.com"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "no address"),
        ({"url": "ftp://x"}, "no address"),
        ({"url": "http://127.0.0.1/?a=b"}, "more than a path"),
        ({"url": PUBLIC}, "not among the hosts"),
        ({"url": PUBLIC, "hosts": HOSTS}, "may be tested"),
        ({"url": PUBLIC, "hosts": ["x"], "i_may_test_this": True}, "not among the hosts"),
        ({"url": "http://127.0.0.1.evil.example"}, "not among the hosts"),
        ({"urls": {"Nope": "http://127.0.0.1"}}, "Nope is no function"),
        ({"url": "http://127.0.0.1", "bearer": "x", "basic": "a:b"}, "more than one"),
        ({"url": "http://127.0.0.1", "colour": "red"}, "colour"),
    ],
)
def test_what_may_not_be_called_is_refused_in_one_line(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        PROVIDER.check(Setup(application=APPLICATION, options=options))
    assert "\n" not in str(refused.value)


def test_what_is_deployed_is_left_unchanged_unless_allowed_and_cannot_call_back() -> None:
    here = PROVIDER.check(Setup(application=APPLICATION, options={"url": "http://127.0.0.1:1"}))
    assert here.options["state_changing"] is True
    assert "callbacks" not in lacking("http", here.options)
    allowed = {"url": PUBLIC, "hosts": HOSTS, "i_may_test_this": True}
    away = PROVIDER.check(Setup(application=APPLICATION, options=allowed))
    assert away.options["state_changing"] is False
    assert "callbacks" in lacking("http", away.options)


def test_a_trigger_without_http_or_address_is_named() -> None:
    options = {"urls": {"G": "http://127.0.0.1:1"}}
    function = APPLICATION.functions[0]
    other = replace(function, name="G")
    both = replace(APPLICATION, functions=(function, other))
    with PROVIDER.open(PROVIDER.check(Setup(application=both, options=options))) as targets:
        assert "no HTTP trigger" in targets.refuses(other, Trigger(template="aws.sqs.message"))
        rest = Trigger(template="aws.apigateway.rest")
        assert "no address for F" in targets.refuses(function, rest)
        assert targets.refuses(other, rest) == ""
