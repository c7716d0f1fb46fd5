"""`faasfuzz serve --http`: real requests become the documented events, answers real responses."""

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from harness.cli.serve import serve
from harness.errors import UsageError
from harness.targets.http.kinds import doors
from harness.targets.http.request import request_of
from tests.integration.served import Served, served

CODE = """
import base64, json

def shown(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}

def told(event, context):
    answer = json.loads(base64.b64decode((event.get("queryStringParameters") or {})["a"]))
    if answer == "raise":
        raise ValueError("told to")
    return answer
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, Timeout: 5, MemorySize: 512, CodeUri: src/}}
Resources:
  Pictures:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, BinaryMediaTypes: ["image~1png"]}
  Rest:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.shown
      Events:
        Item: {Type: Api, Properties: {Path: "/items/{id}", Method: any}}
        Picture: {Type: Api, Properties: {Path: /pictures, Method: post, RestApiId: !Ref Pictures}}
  Http:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.shown
      Events:
        One: {Type: HttpApi, Properties: {Path: "/files/{name}", Method: any}}
        Rest: {Type: HttpApi, Properties: {Path: "/files/{path+}", Method: any}}
        Fixed: {Type: HttpApi, Properties: {Path: /files/fixed, Method: any}}
  RestAnswer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.told
      Events:
        A: {Type: Api, Properties: {Path: /rest, Method: get}}
        B: {Type: Api, Properties: {Path: /rest-picture, Method: get, RestApiId: !Ref Pictures}}
  HttpAnswer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.told
      FunctionUrlConfig: {AuthType: NONE}
      Events: {A: {Type: HttpApi, Properties: {Path: /http, Method: get}}}
"""
PICTURE = b"\x89PNG\r\n\x1a\n\xff\x00"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fronted")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(CODE)
    with served(folder, "--http", "--http-port", "0", "--quiet") as server:
        yield server


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.http, headers={"User-Agent": "ours"}) as client:
        yield client


def answered(client: httpx.Client, path: str, answer: Any, **options: Any) -> httpx.Response:
    """What the caller gets when the function answers that."""
    given = base64.b64encode(json.dumps(answer).encode()).decode()
    return client.get(path, params={"a": given}, **options)


def test_a_rest_apis_event_has_every_value(client: httpx.Client) -> None:
    event = client.post(
        "/items/a%2Fb%20c?q=1&q=2&empty=&plus=a+b",
        headers=[("X-Two", "one"), ("X-Two", "two"), ("Cookie", "a=1; b=2")],
        json={"text": "é"},
    ).json()
    assert event["resource"] == "/items/{id}"
    assert event["path"] == "/items/a/b c"
    assert event["httpMethod"] == "POST"
    assert event["pathParameters"] == {"id": "a/b c"}
    assert event["queryStringParameters"] == {"q": "2", "empty": "", "plus": "a b"}
    assert event["multiValueQueryStringParameters"]["q"] == ["1", "2"]
    assert event["headers"]["X-Two"] == "two"
    assert event["multiValueHeaders"]["X-Two"] == ["one", "two"]
    assert event["headers"]["Cookie"] == "a=1; b=2"
    assert json.loads(event["body"]) == {"text": "é"}
    assert event["isBase64Encoded"] is False
    assert event["requestContext"]["identity"]["userAgent"] == "ours"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    bare = client.get("/items/1").json()
    assert bare["body"] is None
    assert bare["queryStringParameters"] is None
    assert bare["multiValueQueryStringParameters"] is None


def test_an_http_apis_event_has_every_value(client: httpx.Client) -> None:
    event = client.post(
        "/files/a%20b?q=1&q=2&x=%2B",
        headers=[("X-Two", "one"), ("X-Two", "two"), ("Cookie", "a=1; b=2"), ("Cookie", "c=3")],
        json={"text": "é"},
    ).json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /files/{name}"
    assert event["rawPath"] == "/files/a b"
    assert event["rawQueryString"] == "q=1&q=2&x=%2B"
    assert event["queryStringParameters"] == {"q": "1,2", "x": "+"}
    assert event["headers"]["x-two"] == "one,two"
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]
    assert event["pathParameters"] == {"name": "a b"}
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["http"]["userAgent"] == "ours"
    assert json.loads(event["body"]) == {"text": "é"}
    bare = client.get("/files/fixed").json()
    left_out = {"body", "cookies", "queryStringParameters", "pathParameters"}
    assert not left_out & set(bare)


def test_the_most_specific_route_is_called(client: httpx.Client) -> None:
    keys = [client.get(f"/files/{at}").json()["routeKey"] for at in ("fixed", "one", "a/b/c")]
    assert keys == ["ANY /files/fixed", "ANY /files/{name}", "ANY /files/{path+}"]
    assert client.get("/files/a/b/c").json()["pathParameters"] == {"path": "a/b/c"}


def test_binary_bodies_come_in_base64_where_the_service_has_them_so(client: httpx.Client) -> None:
    kind = {"Content-Type": "image/png"}
    http = client.post("/files/one", content=PICTURE, headers=kind).json()
    picture = client.post("/pictures", content=PICTURE, headers=kind).json()
    for event in (http, picture):
        assert event["isBase64Encoded"] is True
        assert base64.b64decode(event["body"]) == PICTURE
    # An API that was not told of the type takes it for text.
    spoilt = client.post("/items/1", content=PICTURE, headers=kind).json()
    assert spoilt["isBase64Encoded"] is False
    assert spoilt["body"].startswith("\ufffdPNG")
    form = client.post("/files/one", data={"a": "1"}).json()
    assert base64.b64decode(form["body"]) == b"a=1"


@pytest.mark.parametrize("path", ["/rest", "/http", "/_functions/HttpAnswer/"])
def test_an_answer_comes_with_status_headers_and_body(client: httpx.Client, path: str) -> None:
    told = answered(
        client,
        path,
        {
            "statusCode": "201",
            "headers": {"Content-Length": "9", "X-A": "é", "X-B": True, "X-C": "a\r\nX-D: b"},
            "body": "é",
        },
    )
    assert told.status_code == 201
    assert told.headers["x-a"] == "é"
    assert told.headers["x-b"] == "true"
    assert "x-d" not in told.headers
    assert told.content == "é".encode()


def test_cookies_and_headers_come_several_times(client: httpx.Client) -> None:
    v1 = {"statusCode": 200, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}}
    v2 = {"statusCode": 200, "cookies": ["a=1", "b=2"]}
    for path, answer in (("/rest", v1), ("/http", v2)):
        told = answered(client, path, answer)
        assert told.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_an_answer_in_base64_comes_decoded(client: httpx.Client) -> None:
    body = base64.b64encode(PICTURE).decode()
    answer = {"statusCode": 200, "body": body, "isBase64Encoded": True}
    assert answered(client, "/http", answer).content == PICTURE
    accept = {"Accept": "image/png"}
    assert answered(client, "/rest-picture", answer, headers=accept).content == PICTURE
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
    assert answered(client, "/rest", answer, headers=accept).text == body


def test_payload_2_takes_any_value_for_the_body_of_a_200(client: httpx.Client) -> None:
    told = answered(client, "/http", {"fine": True})
    assert (told.status_code, told.json()) == (200, {"fine": True})
    assert told.headers["content-type"] == "application/json"
    assert answered(client, "/http", "text").text == "text"
    plain = answered(client, "/http", {"statusCode": 200, "body": "x"})
    assert plain.headers["content-type"] == "text/plain;charset=UTF-8"


@pytest.mark.parametrize(
    "answer",
    [
        "raise",
        {"statusCode": "oops"},
        {"statusCode": 1},
        {"statusCode": 200, "headers": {"a\r\nb": ""}},
    ],
)
def test_what_the_service_cannot_use_is_its_own_error(client: httpx.Client, answer: Any) -> None:
    rest = answered(client, "/rest", answer)
    assert (rest.status_code, rest.json()) == (502, {"message": "Internal server error"})
    http = answered(client, "/http", answer)
    assert (http.status_code, http.json()) == (500, {"message": "Internal Server Error"})
    url = answered(client, "/_functions/HttpAnswer/any/path", answer)
    assert (url.status_code, url.text) == (502, "Internal Server Error")


def test_a_rest_api_takes_only_answers_of_its_form(client: httpx.Client) -> None:
    assert answered(client, "/rest", {"fine": True}).status_code == 502
    assert answered(client, "/rest", {"statusCode": 200, "body": {"a": 1}}).status_code == 502


def test_other_paths_are_not_found(client: httpx.Client) -> None:
    assert client.get("/nothing").status_code == 404
    assert client.post("/rest").status_code == 404
    assert client.post("/_functions/RestAnswer/rest").json() == {
        "message": "Missing Authentication Token"
    }
    assert client.get("/_functions/Nobody/").status_code == 404


def test_a_functions_own_routes_are_below_its_name(client: httpx.Client) -> None:
    event = client.get("/_functions/Http/files/x?q=1").json()
    assert (event["rawPath"], event["queryStringParameters"]) == ("/files/x", {"q": "1"})


def test_a_request_made_of_an_event_makes_that_event_again(client: httpx.Client) -> None:
    """What the HTTP target sends and what this server makes of it are one convention."""
    door = doors()["aws.apigateway.http"]
    event = json.loads(json.dumps(door.template.event)) | {
        "routeKey": "ANY /files/{name}",
        "rawPath": "/files/it%27s",
        "pathParameters": {"name": "it's"},
        "queryStringParameters": {"q": "a & b"},
        "rawQueryString": "q=a%20%26%20b",
    }
    request = request_of(door, {"path": "/files/{name}"}, event)
    got = client.request(
        request.method, request.target, headers=list(request.headers), content=request.body
    ).json()
    for name in ("pathParameters", "queryStringParameters", "rawQueryString", "cookies", "body"):
        assert got[name] == event[name]


def test_broken_requests_do_not_stop_the_server(server: Served, client: httpx.Client) -> None:
    host, port = server.http.removeprefix("http://").split(":")
    for line in (b"GET /%ff%zz?%e9=%ff HTTP/1.1", b"NONSENSE", b"GET http://x/items/1 HTTP/1.1"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
            connection.recv(100)
    assert client.get("/items/1").status_code == 200


def test_a_taken_port_is_told(server: Served, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE)
    port = server.http.rpartition(":")[2]
    told = CliRunner().invoke(serve, [str(tmp_path), "--port", "0", "--http", "--http-port", port])
    assert isinstance(told.exception, UsageError)
    assert f"port {port} cannot be had" in str(told.exception)
