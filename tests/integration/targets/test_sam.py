"""Functions behind a real `sam local start-lambda` and `start-api`: they tell as from Lambda."""

import base64
import copy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.model import Application, Function, Outcome, ResolvedResource, Status, Trigger
from harness.targets.base import Setup
from harness.targets.docker.engine import connect
from harness.targets.docker.ownership import SAM_FUNCTION, suffix
from harness.targets.http.kinds import doors
from harness.targets.sam import PROVIDER
from tests.e2e.campaigns import findings_of
from tests.integration.apps import echo, shop
from tests.integration.targets.base_image import RUNTIME

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
HANDLER = Path(__file__).with_name("handler.py").read_text()


@pytest.fixture(scope="module")
def options(sam_base: str) -> dict[str, str]:
    """The target's options for an engine that SAM CLI can use."""
    return {"image": sam_base}


@pytest.fixture(scope="module")
def targets(options: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The targets of an application of two functions, of which one cannot be loaded."""
    code = tmp_path_factory.mktemp("code")
    (code / "app.py").write_text(HANDLER)
    (code / "broken.py").write_text("import nowhere\n")
    functions = tuple(
        Function(name=name, runtime=RUNTIME, handler=handler, code=code, timeout=2)
        for name, handler in (("f-1", "app.handler"), ("broken", "broken.handler"))
    )
    application = Application(name="a", source=code, functions=functions)
    setup = PROVIDER.check(Setup(application=application, options=options))
    with PROVIDER.open(setup) as opened:
        yield {each.name: opened.of(each, environment={"ADDED": "yes"}) for each in functions}
    with closing(connect()) as client:
        assert not left(client, suffix())


def left(client: Any, end: str) -> list[str]:
    """The containers of SAM CLI whose function's logical id ends so."""
    found = client.api.containers(all=True, filters={"label": SAM_FUNCTION})
    return [each["State"] for each in found if each["Labels"][SAM_FUNCTION].endswith(end)]


def call(target: Any, event: Any, *, fresh: bool = False) -> Outcome:
    outcome: Outcome = target.invoke(json.dumps(event).encode(), fresh=fresh)
    return outcome


def test_answers_errors_and_logs_are_those_of_the_function(targets: Any) -> None:
    with targets["f-1"] as target:
        told = call(target, {"do": "context"})
        assert (told.status, told.response["name"], told.response["memory"]) == (
            Status.OK, "f-1", "128",
        )  # fmt: skip
        assert "ADDED" in call(target, {"do": "environment"}).response["names"]
        raised = call(target, {"do": "raise"})
        assert raised.status is Status.ERROR
        assert raised.error is not None
        assert (raised.error.type, raised.error.message) == ("ValueError", "bad")
        assert "/var/task/app.py" in raised.error.trace[0]
        first, second, third = call(target, {"do": "log"}).logs.splitlines()
        assert (first, second) == ("printed", "child")
        assert third.endswith("\tlogged")
        quiet = call(target, {})
        assert (quiet.response, quiet.logs) == ({"count": 5}, "")
        assert call(target, "x" * 6_291_456).status is Status.TOO_LARGE


def test_timeouts_memory_and_exits_are_told(targets: Any) -> None:
    with targets["f-1"] as target:
        hung = call(target, {"do": "hang"})
        assert (hung.status, hung.logs) == (Status.TIMEOUT, "")
        assert call(target, {"do": "memory"}).status is Status.OUT_OF_MEMORY
        ended = call(target, {"do": "sys.exit"})
        assert (ended.status, ended.exit_code, ended.logs) == (Status.CRASH, 3, "last words\n")
        assert call(target, {}).response == {"count": 1}
    with targets["broken"] as target:
        broken = call(target, {})
        assert broken.status is Status.INIT_ERROR
        assert broken.error is not None
        assert broken.error.type == "Runtime.ImportModuleError"


def test_a_restart_and_a_fresh_call_have_a_container_of_their_own(targets: Any) -> None:
    with targets["f-1"] as target:
        assert [call(target, {"do": "tmp"}).response for _ in range(2)] == [False, True]
        target.restart()
        assert call(target, {"do": "tmp"}).response is False
        assert call(target, {"do": "tmp"}, fresh=True).response is False
        assert call(target, {"do": "tmp"}).response is False


_WEB = """
import json, time

def handler(event, context):
    asked = (event.get("queryStringParameters") or {}).get("do")
    print("asked", asked)
    if asked == "raise":
        raise ValueError("bad")
    if asked == "hang":
        time.sleep(60)
    if asked == "nonsense":
        return {"status": "one\\ntwo"}
    if asked == "echo":
        return {"statusCode": 200, "headers": {"Content-Type": "application/zip"},
                "body": event["body"], "isBase64Encoded": event["isBase64Encoded"]}
    told = {"from": event.get("requestContext", {}).get("domainName"), "body": event.get("body")}
    return {"statusCode": 201, "body": json.dumps(told | (event.get("pathParameters") or {}))}
"""
_REST = Trigger(template="aws.apigateway.rest", facts={"path": "/items", "method": "GET"})
_HTTP = Trigger(template="aws.apigateway.http", facts={"path": "/h/{id}", "method": "POST"})
_SQS = Trigger(template="aws.sqs.message")


def asked(trigger: Trigger, do: str, **changes: Any) -> bytes:
    """A trigger's event whose query says what to do."""
    event = copy.deepcopy(dict(doors()[trigger.template].template.event))
    event |= {"queryStringParameters": {"do": do}, **changes}
    if trigger is _REST:
        event |= {"path": "/items", "httpMethod": "GET", "body": None}
        event["multiValueQueryStringParameters"] = {"do": [do]}
    else:
        event |= {"rawPath": "/h/7", "rawQueryString": f"do={do}"}
        event["pathParameters"] = {"id": "7"}
        event["requestContext"]["http"]["method"] = "POST"
    return json.dumps(event).encode()


@pytest.fixture(scope="module")
def web(options: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A started function of two APIs and a queue, and its application."""
    code = tmp_path_factory.mktemp("web")
    (code / "app.py").write_text(_WEB)
    function = Function(
        name="web",
        runtime=RUNTIME,
        handler="app.handler",
        code=code,
        timeout=2,
        triggers=(_REST, _HTTP, _SQS),
    )
    api = ResolvedResource(
        name="Api",
        kind="AWS::Serverless::Api",
        physical="a1",
        properties={"BinaryMediaTypes": ["application~1zip"]},
    )
    application = Application(name="a", source=code, functions=(function,), resources=(api,))
    setup = Setup(application=application, options={**options, "api": True})
    with PROVIDER.open(PROVIDER.check(setup)) as opened:
        with opened.of(function, environment={}) as target:
            yield target, application
        with closing(connect()) as client:
            assert not left(client, suffix())


def logged(target: Any, trigger: Trigger, do: str) -> Outcome:
    """A call whose log was there in time: SAM CLI waits for it a second at most."""
    for _ in range(20):
        outcome: Outcome = target.invoke(asked(trigger, do), trigger=trigger)
        if outcome.logs:
            break
    return outcome


def test_events_of_apis_come_through_start_api_and_others_do_not(web: Any) -> None:
    target, _ = web
    rest = logged(target, _REST, "tell")
    assert (rest.status, rest.response["statusCode"], rest.logs) == (Status.OK, 201, "asked tell\n")
    assert json.loads(rest.response["body"])["from"].startswith("127.0.0.1:")
    http = target.invoke(asked(_HTTP, "tell", body="b"), trigger=_HTTP)
    assert json.loads(http.response["body"]) == {"id": "7", "body": "b", "from": "localhost"}
    queue = target.invoke(b'{"Records": []}', trigger=_SQS)
    assert json.loads(queue.response["body"])["from"] is None
    unsendable = asked(_REST, "tell").replace(b'"GET"', b'"no method"')
    assert target.invoke(unsendable, trigger=_REST).status is Status.UNSENT


def test_a_binary_body_goes_there_and_back_where_its_type_is_declared(web: Any) -> None:
    target, _ = web
    packed = base64.b64encode(b"PK\x03\x04\xff\x00\xfe").decode()
    for kind, encoded, body in (("application/zip", True, packed), ("text/plain", False, "text")):
        headers = {"content-type": kind, "accept": "application/zip"}
        changes = {"headers": headers, "body": body, "isBase64Encoded": encoded}
        told = target.invoke(asked(_HTTP, "echo", **changes), trigger=_HTTP)
        assert told.status is Status.OK, told
        assert (told.response["body"], told.response["isBase64Encoded"]) == (body, encoded)


def test_what_fails_behind_start_api_is_told(web: Any) -> None:
    target, _ = web
    for trigger in (_REST, _HTTP):
        raised = logged(target, trigger, "raise")
        assert raised.status is Status.ERROR
        assert "ValueError: bad" in raised.logs
    hung = target.invoke(asked(_REST, "hang"), trigger=_REST)
    assert (hung.status, hung.response) == (Status.TIMEOUT, None)
    spoilt = logged(target, _REST, "nonsense")
    assert (spoilt.status, spoilt.logs) == (Status.ERROR, "asked nonsense\n")
    assert target.invoke(asked(_REST, "tell"), trigger=_REST, fresh=True).status is Status.OK


def test_a_start_api_that_runs_already_is_joined(web: Any) -> None:
    target, application = web
    (function,) = application.functions
    setup = Setup(application=application, options={"api_url": target._http[1].url})
    with PROVIDER.open(PROVIDER.check(setup)) as opened:
        assert "add url" in opened.refuses(function, _SQS)
        assert not opened.refuses(function, _HTTP)
        with opened.of(function, environment={}) as joined:
            outcome = joined.invoke(asked(_REST, "tell"), trigger=_REST)
            assert outcome.response["statusCode"] == 201
            assert "logs" in joined.blind


def test_a_campaign_goes_through_start_api(options: dict[str, str], tmp_path: Path) -> None:
    echo(tmp_path)
    told = findings_of(
        tmp_path,
        tmp_path / "out",
        rules=("os-command-injection",),
        target="sam",
        target_option=("api=true", *(f"{name}={value}" for name, value in options.items())),
        max_invocations=20,
        workers=1,
    )
    assert [(f["function"], f["confidence"]) for f in told["findings"]] == [("Search", "confirmed")]


def test_build_makes_the_code_that_is_tested(
    options: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = str(Path(sys.executable).parent)  # where SAM CLI finds the Python that it builds with
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "template.yaml").write_text(
        f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {{Runtime: {RUNTIME}, Handler: app.handler, CodeUri: src}}
"""
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): return 1\n")
    (tmp_path / "src" / "requirements.txt").write_text("")
    function = Function(name="F", runtime=RUNTIME, handler="app.handler", code=tmp_path / "src")
    application = Application(name="a", source=tmp_path / "template.yaml", functions=(function,))
    given = Setup(application=application, options={**options, "build": "true"})
    (made,) = PROVIDER.check(given).application.functions
    assert (made.code, made.built) == (tmp_path / ".aws-sam" / "build" / "F", True)
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    with pytest.raises(UsageError, match="sam build fails"):
        PROVIDER.check(given)


def test_a_service_that_runs_already_is_joined(
    options: dict[str, str], targets: Any, tmp_path: Path
) -> None:
    with targets["f-1"] as target:
        function = Function(name=target._id, runtime=RUNTIME, handler="x", code=None, timeout=2)
        application = Application(name="a", source=tmp_path, functions=(function,))
        setup = Setup(application=application, options={"url": target._service.url})
        with (
            PROVIDER.open(PROVIDER.check(setup)) as opened,
            opened.of(function, environment={}) as joined,
        ):
            assert call(joined, {"do": "version"}).response == RUNTIME
            assert {"logs", "cloud", "fresh"} <= joined.blind


def test_sam_ends_with_a_killed_campaign(options: dict[str, str], tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "src" / "app.py").write_text("import time\ndef handler(e, c): time.sleep(60)\n")
    command = [COMMAND, "run", ".", "--target", "sam", "--function", "Search", "--workers", "1"]
    running = subprocess.Popen(
        [*command, "--quiet", *(f"--target-option={n}={v}" for n, v in options.items())],
        cwd=tmp_path,
        start_new_session=True,
    )
    with closing(connect()) as client:

        def mine() -> list[str]:
            found = client.api.containers(all=True, filters={"label": SAM_FUNCTION})
            return [
                each["State"]
                for each in found
                if any(mount["Source"].startswith(str(tmp_path)) for mount in each["Mounts"])
            ]

        while "running" not in mine() and running.poll() is None:
            time.sleep(0.1)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        left = forsaken(client, options["image"])
        done = subprocess.run(
            [COMMAND, "doctor", "--clean"], capture_output=True, text=True, check=True
        )
        assert not mine()
        assert f"removed {left}\n" in done.stdout


def forsaken(client: Any, image: str) -> str:
    """The name of a container as SAM CLI makes them, of a harness that ended just now."""
    tell = "from harness.targets.docker.ownership import suffix; print(suffix())"
    ended = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, check=True)
    labels = {SAM_FUNCTION: f"Search0{ended.stdout.strip()}"}
    made = client.api.create_container(image, labels=labels, command=["app.handler"])
    name: str = client.api.inspect_container(made["Id"])["Name"]
    return name.lstrip("/")
