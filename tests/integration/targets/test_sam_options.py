"""What the SAM target is asked for, before anything is started, and how it reads SAM CLI's log."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.cli.loading import load_application, load_catalogue
from harness.errors import TargetError, UsageError
from harness.model import Application, Function, Image, Outcome, Status, Trigger
from harness.targets.base import Setup
from harness.targets.sam import PROVIDER
from harness.targets.sam.outcomes import judged, read
from harness.targets.sam.routes import routes
from harness.targets.sam.template import template


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"warm": "x"}, "no option 'warm'; it has api, api_url, build, command, image, pull, url"),
        ({"pull": "never"}, "pull is 'never'; write missing or always"),
        ({"build": "maybe"}, "build is 'maybe'; write true or false"),
        ({"api": "maybe"}, "api is 'maybe'; write true or false"),
        ({"api_url": "http://127.0.0.1:9", "api": True}, "api_url names a service that runs"),
        ({"api_url": "https://example.com"}, "no address on this machine; write it like"),
        ({"image": 3}, "image is 3; write a text"),
        ({"url": "http://127.0.0.1:9", "image": "x"}, "runs already; leave the target's other"),
        ({"build": True, "command": "no-such-sam"}, r"SAM CLI is not there \(no-such-sam\)"),
    ],
)
def test_wrong_options_are_refused(given: dict[str, Any], reason: str, tmp_path: Path) -> None:
    application = Application(name="a", source=tmp_path, functions=())
    with pytest.raises(UsageError, match=reason):
        PROVIDER.check(Setup(application=application, options=given))


def test_what_is_not_there_is_told_with_its_mend(tmp_path: Path) -> None:
    application = Application(name="a", source=tmp_path, functions=())
    for options, reason in (
        ({"command": "no-such-sam"}, "SAM CLI is not there .*; `pipx install aws-sam-cli`"),
        ({"url": "http://127.0.0.1:9"}, "nothing answers at http://127.0.0.1:9 .*; start"),
        ({"api_url": "http://127.0.0.1:9"}, "start `sam local start-api` there, or .* api_url out"),
    ):
        setup = Setup(application=application, options=options)
        with pytest.raises(TargetError, match=reason), PROVIDER.open(setup):
            pass


_ID = "5a406a9a-fc09-477d-ae85-c32e36c03706"
_REPORT = f"""\
START RequestId: {_ID} Version: $LATEST
{{}}END RequestId: {_ID}
REPORT RequestId: {_ID}\tInit Duration: 0.02 ms\tDuration: 61.64 ms\tBilled Duration: 62 ms\t\
Memory Size: 128 MB\tMax Memory Used: 128 MB\t

2026-11-21 14:21:40 127.0.0.1 - - [21/Nov/2026 14:21:40] "POST /2015-03-31/functions/f/invocations \
HTTP/1.1" 200 -
"""
_LEAD = """\
Invoking app.handler (python3.11)
Requested to skip pulling images ...

Mounting /src as /var/task:ro,delegated, inside runtime container
SAM_CONTAINER_ID: de509ae25327
"""


@pytest.mark.parametrize(
    ("log", "own"),
    [
        (_LEAD + _REPORT.format(""), ""),
        (_LEAD + "at import\n" + _REPORT.format("one\n\ntwo\n"), "at import\none\n\ntwo\n"),
        (_LEAD + _REPORT.format("Invoking a.b (c)\n"), "Invoking a.b (c)\n"),
        (
            "START RequestId: 1 Version: 1\nlast words21 Nov 2026 14:21:45,022 [ERROR] (rapid) "
            "Invoke failed\n21 Nov 2026 14:21:45,022 [ERROR] (rapid) Invoke DONE failed\n\n",
            "last words\n",
        ),
    ],
)
def test_only_what_the_function_wrote_is_left_of_the_log(log: str, own: str) -> None:
    assert read(log, "f").text == own


_ABOUT = "Invalid lambda response received: Function returned an invalid response: {'a': 'b'}\n"


def test_what_start_api_says_is_not_the_functions() -> None:
    access = (
        '2026-11-21 14:21:40 127.0.0.1 - - [21/Nov/2026 14:21:40] "{}GET /a?b=c HTTP/1.1" 200 -\n'
    )
    start, end = (
        f"START RequestId: {_ID} Version: 1\n",
        f"END RequestId: {_ID}\nREPORT RequestId: {_ID}\n",
    )
    before = access.format("\x1b[35m\x1b[1m")
    log = before + _LEAD + start + "own\n" + end + "more about it\n" + access.format("")
    assert read(log, "f", fronted=True).text == "own\n"
    assert read(log, "f").called
    assert not read(access.format(""), "f", fronted=True).called
    assert read(start + "own\n" + _ABOUT, "f", fronted=True).text == "own\n"
    assert read(log + "Function 'f' timed out after 2 seconds\n", "f", fronted=True).timed_out


def test_one_address_serves_a_route_once(tmp_path: Path) -> None:
    def function(name: str, *facts: tuple[str, str]) -> Function:
        found = (
            Trigger(
                template="aws.apigateway.rest",
                facts={"path": path, "method": method, "route_key": f"{method} {path}"},
            )
            for path, method in facts
        )
        return Function(
            name=name, runtime="python3.12", handler="a.b", code=tmp_path, triggers=tuple(found)
        )

    application = Application(
        name="a",
        source=tmp_path,
        functions=(
            function("first", ("/a/{id}", "GET"), ("/b", "ANY"), ("/c/{an-id}", "GET")),
            function("second", ("/a/{key}", "GET"), ("/a/{id}", "POST"), ("/b", "GET")),
            Function(
                name="third",
                runtime="python3.12",
                handler="a.b",
                code=tmp_path,
                triggers=(
                    Trigger(
                        template="aws.apigateway.http",
                        facts={"path": "/", "method": "ANY", "route_key": "$default"},
                    ),
                    Trigger(template="aws.sqs.message"),
                ),
            ),
        ),
    )
    assert routes(application) == {
        "first": (("Api", "/a/{id}", "GET"), ("Api", "/b", "ANY")),
        "second": (("Api", "/a/{id}", "POST"),),
        "third": (("HttpApi", "", "ANY"),),
    }


def test_binary_types_of_all_apis_are_declared_wherever_they_are_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context): pass\n")
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Globals:\n"
        "  Api: {BinaryMediaTypes: [image~1png]}\n"
        "  Function: {Runtime: python3.12, CodeUri: ., Handler: app.handler}\n"
        "Resources:\n"
        "  Zips:\n"
        "    Type: AWS::ApiGateway::RestApi\n"
        "    Properties:\n"
        "      BinaryMediaTypes: [application/zip]\n"
        "      Body: {x-amazon-apigateway-binary-media-types: [application/pdf]}\n"
        "  F:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      Events: {E: {Type: Api, Properties: {Path: /a, Method: post}}}\n"
    )
    application = load_application(tmp_path, load_catalogue(), {})
    made = template(application, {"F": "F0"}, {}, routes(application))
    declared = ["application/pdf", "application/zip", "image~1png"]
    assert made["Globals"] == {"Api": {"BinaryMediaTypes": declared}}
    bare = replace(application, resources=(), functions=())
    assert "Globals" not in template(bare, {}, {}, {})


def test_a_timeout_is_sam_clis_word_and_not_the_functions() -> None:
    given_up = _REPORT.format("Function 'f' timed out after 2 seconds\n")
    for name, status in (("f", Status.TIMEOUT), ("another", Status.OK)):
        told = judged(Outcome(status=Status.OK), read(given_up, name), dropped=0, seconds=2)
        assert told.status is status
        assert (told.request_id, told.duration, told.init) == (_ID, 61.64, 0.02)


@pytest.mark.parametrize(
    ("response", "status"),
    [
        ({"errorMessage": "m", "errorType": "E", "requestId": _ID, "stackTrace": []}, Status.ERROR),
        ({"errorMessage": "m", "errorType": "E", "trace": ["E: m"]}, Status.ERROR),
        ({"errorMessage": "m", "errorType": "E", "trace": [], "more": 1}, Status.OK),
        ({"errorMessage": "m", "errorType": "E"}, Status.OK),
        (None, Status.OK),
    ],
)
def test_an_error_object_of_a_runtime_is_an_error(response: Any, status: Status) -> None:
    told = Outcome(status=Status.OK, response=response)
    assert judged(told, read("", "f"), dropped=0, seconds=1).status is status


def test_images_and_layers_stand_in_the_template(tmp_path: Path) -> None:
    image = Image(uri="shop:v1", command=("app.handler",))
    made = template(
        Application(
            name="a",
            source=tmp_path,
            functions=(
                Function(name="i", runtime="", handler="", code=None, package="image", image=image),
                Function(
                    name="z",
                    runtime="python3.12",
                    handler="a.b",
                    code=tmp_path,
                    layers=(tmp_path / "l",),
                    environment={"OWN": "1"},
                ),
                Function(name="s3", runtime="python3.12", handler="a.b", code=None),
            ),
        ),
        {"i": "I1", "z": "Z1", "s3": "S1"},
        {"AWS_ENDPOINT_URL": "http://x"},
        {"z": (("Api", "/a", "GET"), ("HttpApi", "", "ANY"))},
    )["Resources"]
    assert "Events" not in made["I1"]["Properties"]
    assert made["Z1"]["Properties"]["Events"] == {
        "Route0": {"Type": "Api", "Properties": {"Path": "/a", "Method": "get"}},
        "Route1": {"Type": "HttpApi"},
    }
    assert set(made) == {"I1", "Z1", "Layer0"}
    assert made["I1"]["Properties"]["ImageConfig"] == {"Command": ["app.handler"]}
    assert made["Z1"]["Properties"]["Layers"] == [{"Ref": "Layer0"}]
    assert made["Z1"]["Properties"]["Environment"]["Variables"] == {
        "OWN": "1",
        "AWS_ENDPOINT_URL": "http://x",
        "AWS_LAMBDA_FUNCTION_NAME": "z",
    }
