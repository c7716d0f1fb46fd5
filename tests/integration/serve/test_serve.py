"""`faasfuzz serve` called by boto3, by our client of the Invoke API, and by plain HTTP."""

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from harness.errors import TargetError
from harness.model import Outcome, Status
from harness.targets.lambda_api import LambdaApi, lambda_client
from tests.integration.served import Served, served

HANDLER = (Path(__file__).parents[1] / "targets" / "handler.py").read_text()
MORE = """
import boto3, json, os, time

def put(event, context):
    boto3.client("s3").put_object(Bucket=event["bucket"], Key="k", Body=b"v")

def relay(event, context):
    answer = boto3.client("lambda").invoke(FunctionName="Calls", Payload=b'{"do": "version"}')
    return json.loads(answer["Payload"].read())

def told(event, context):
    given = context.client_context
    return [context.aws_request_id, given and [given.custom, given.env, given.client.app_title]]

def wait(event, context):
    while not os.path.exists(event["gate"]):
        time.sleep(0.01)
    return os.getpid()
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, Timeout: 2, CodeUri: src/}}
Resources:
  Box: {Type: AWS::S3::Bucket, Properties: {BucketName: box}}
  Calls: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
  Put: {Type: AWS::Serverless::Function, Properties: {Handler: more.put, MemorySize: 512}}
  Relay:
    Type: AWS::Serverless::Function
    Properties: {Handler: more.relay, MemorySize: 512, Timeout: 20}
  Wait: {Type: AWS::Serverless::Function, Properties: {Handler: more.wait, Timeout: 60}}
  Later: {Type: AWS::Serverless::Function, Properties: {Handler: more.wait, Timeout: 60}}
  Told: {Type: AWS::Serverless::Function, Properties: {Handler: more.told}}
  Scripted:
    Type: AWS::Serverless::Function
    Properties: {Handler: told.handler, Runtime: nodejs20.x, Timeout: 9}
  Broken: {Type: AWS::Serverless::Function, Properties: {Handler: app.nothing}}
  Exotic: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: ruby3.2}}
"""
SCRIPT = """
exports.handler = async (event, { awsRequestId, clientContext: given }) =>
  [awsRequestId, given ? [given.custom, given.env, given.client.app_title] : null];
"""
Call = Callable[..., Outcome]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(HANDLER)
    (folder / "src" / "more.py").write_text(MORE)
    (folder / "src" / "told.js").write_text(SCRIPT)
    with served(folder, "--concurrency", "2", "--queue", "1") as server:
        yield server


@pytest.fixture
def gate() -> Iterator[Path]:
    """A file that functions can wait for; their /tmp is not ours."""
    with TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder, "gate")


@pytest.fixture
def client(server: Served) -> Any:
    return lambda_client(endpoint=server.address, read_timeout=60)


@pytest.fixture
def call(client: Any) -> Call:
    def invoke(event: Any, function: str = "Calls") -> Outcome:
        return LambdaApi(client).invoke(function, json.dumps(event).encode())

    return invoke


def test_an_answer_comes_with_its_log_and_figures(call: Call) -> None:
    outcome = call({"do": "log"})
    assert outcome.status is Status.OK
    assert outcome.response["count"] >= 1
    assert outcome.logs.startswith("printed\nchild\n[WARNING]")
    assert outcome.duration > 0
    assert outcome.memory > 0
    assert re.fullmatch(r"[0-9a-f-]{36}", outcome.request_id)


@pytest.mark.parametrize(
    ("do", "status", "kind"),
    [
        ("raise", Status.ERROR, "ValueError"),
        ("hang", Status.TIMEOUT, "Sandbox.Timedout"),
        ("memory", Status.OUT_OF_MEMORY, "Runtime.OutOfMemory"),
        ("sys.exit", Status.CRASH, "Runtime.ExitError"),
        ("segfault", Status.CRASH, "Runtime.ExitError"),
        ("large", Status.ERROR, "Function.ResponseSizeTooLarge"),
        ("set", Status.ERROR, "Runtime.MarshalError"),
    ],
)
def test_what_a_function_does_comes_back_over_the_wire(
    call: Call, do: str, status: Status, kind: str
) -> None:
    outcome = call({"do": do})
    assert outcome.status is status
    assert outcome.error is not None
    assert outcome.error.type == kind
    assert call({}).status is Status.OK


def test_a_trace_comes_back(call: Call) -> None:
    error = call({"do": "raise"}).error
    assert error is not None
    assert "raise ValueError" in error.trace[-1]


def test_a_function_that_cannot_load_is_an_init_error(call: Call) -> None:
    outcome = call({}, "Broken")
    assert outcome.status is Status.INIT_ERROR
    assert outcome.error is not None
    assert outcome.error.type == "Runtime.HandlerNotFound"


def test_a_flood_is_cut_to_the_last_4_kb(call: Call) -> None:
    outcome = call({"do": "flood"})
    assert outcome.status is Status.OK
    assert 1000 < len(outcome.logs) < 4096
    assert outcome.logs_dropped


def test_a_function_is_known_by_name_and_arn(client: Any) -> None:
    for name in (
        "Calls",
        "Calls:prod",
        "123456789012:function:Calls",
        "arn:aws:lambda:us-east-1:123456789012:function:Calls:$LATEST",
    ):
        answer = client.invoke(FunctionName=name, LogType="Tail")
        assert answer["StatusCode"] == 200
        assert answer["ExecutedVersion"] == "$LATEST"
        log = base64.b64decode(answer["LogResult"]).decode()
        name = answer["ResponseMetadata"]["RequestId"]
        assert log.startswith(f"START RequestId: {name} Version: $LATEST\n")
        assert f"\nREPORT RequestId: {name}\tDuration: " in log


def test_a_dry_run_calls_nothing_and_an_event_is_not_waited_for(client: Any, gate: Path) -> None:
    dry = client.invoke(FunctionName="Calls", InvocationType="DryRun", Payload=b"{}")
    assert dry["StatusCode"] == 204
    event = json.dumps({"gate": str(gate)}).encode()
    sent = client.invoke(FunctionName="Later", InvocationType="Event", Payload=event)
    assert sent["StatusCode"] == 202
    assert sent["Payload"].read() == b""
    gate.touch()


@pytest.mark.parametrize("name", ["Told", "Scripted"])
def test_the_client_context_and_the_requests_id_are_the_functions(client: Any, name: str) -> None:
    given = {"custom": {"é": "1"}, "env": {"b": 2}, "client": {"app_title": "t"}}
    text = base64.b64encode(json.dumps(given).encode()).decode()
    for context, told in ((text, [{"é": "1"}, {"b": 2}, "t"]), (None, None)):
        more = {"ClientContext": context} if context else {}
        answer = client.invoke(FunctionName=name, Payload=b"{}", **more)
        id = answer["ResponseMetadata"]["RequestId"]
        assert json.loads(answer["Payload"].read()) == [id, told]
    with pytest.raises(ClientError, match="Client context must be a valid Base64-encoded JSON"):
        client.invoke(FunctionName=name, ClientContext="no", Payload=b"{}")


REFUSED = [
    ("/2015-03-31/functions/Nope/invocations", b"{}", 404, "ResourceNotFoundException"),
    ("/2015-03-31/functions/Calls/invocations", b"{", 400, "InvalidRequestContentException"),
    (
        "/2015-03-31/functions/Calls/invocations",
        b'"' + b"x" * 6_291_456 + b'"',
        413,
        "RequestTooLargeException",
    ),
    ("/2015-03-31/functions/a%20b/invocations", b"{}", 400, "ValidationException"),
    ("/2015-03-31/functions/Exotic/invocations", b"{}", 502, "InvalidRuntimeException"),
    ("/nothing", b"{}", 404, "UnknownOperationException"),
]


@pytest.mark.parametrize(("path", "body", "status", "code"), REFUSED, ids=lambda v: str(v)[:60])
def test_errors_are_those_of_the_service(
    server: Served, path: str, body: bytes, status: int, code: str
) -> None:
    answer = httpx.post(server.address + path, content=body)
    assert answer.status_code == status
    assert answer.headers["x-amzn-ErrorType"] == code
    assert answer.json()["Message"]


def test_our_client_says_in_one_line_what_cannot_be_invoked(call: Call) -> None:
    with pytest.raises(TargetError, match=r"Nope cannot be invoked: ResourceNotFoundException: .*"):
        call({}, "Nope")
    with pytest.raises(TargetError, match=r"runtime 'ruby3.2' cannot run locally"):
        call({}, "Exotic")
    nobody = LambdaApi(lambda_client(endpoint="http://127.0.0.1:9"))
    with pytest.raises(TargetError, match=r"127\.0\.0\.1:9 cannot be reached"):
        nobody.invoke("Calls", b"{}")


def test_an_event_too_large_and_no_json_are_told_as_outcomes(client: Any) -> None:
    api = LambdaApi(client)
    assert api.invoke("Calls", b'"' + b"x" * 6_291_456 + b'"').status is Status.TOO_LARGE
    assert api.invoke("Calls", b"{").status is Status.ERROR


def test_more_calls_than_runtimes_wait_and_then_are_throttled(client: Any, gate: Path) -> None:
    event = json.dumps({"gate": str(gate)}).encode()
    naps: list[float] = []

    def open_gate(seconds: float) -> None:
        naps.append(seconds)
        gate.touch()
        time.sleep(seconds)

    def send() -> None:
        client.invoke(FunctionName="Wait", InvocationType="Event", Payload=event)

    for _ in range(3):
        send()
    with pytest.raises(ClientError) as refused:
        send()
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    # Ours waits, and calls again.
    outcome = LambdaApi(client, sleep=open_gate).invoke("Wait", event)
    assert naps
    assert outcome.status is Status.OK


def test_functions_are_listed_in_pages_and_described(client: Any) -> None:
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    names = [f["FunctionName"] for page in pages for f in page["Functions"]]
    assert names == [
        *("Calls", "Put", "Relay", "Wait", "Later", "Told", "Scripted", "Broken", "Exotic")
    ]
    told = client.get_function(FunctionName="Relay")["Configuration"]
    assert (told["Runtime"], told["Handler"], told["Timeout"]) == ("python3.11", "more.relay", 20)
    assert client.get_function_configuration(FunctionName="Relay")["MemorySize"] == 512


def test_an_answer_is_streamed_when_asked(client: Any) -> None:
    answer = client.invoke_with_response_stream(
        FunctionName="Calls", Payload=b'{"do": "version"}', LogType="Tail"
    )
    chunk, complete = answer["EventStream"]
    assert chunk["PayloadChunk"]["Payload"] == b'"python3.11"'
    assert b"REPORT" in base64.b64decode(complete["InvokeComplete"]["LogResult"])
    failed = client.invoke_with_response_stream(FunctionName="Calls", Payload=b'{"do": "raise"}')
    (complete,) = failed["EventStream"]
    assert complete["InvokeComplete"]["ErrorCode"] == "ValueError"


def test_functions_work_in_the_local_cloud_and_call_each_other(call: Call, server: Served) -> None:
    assert call({"bucket": "box"}, "Put").status is Status.OK
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b")
    s3 = session.client("s3", endpoint_url=server.cloud, region_name="us-east-1")
    assert s3.get_object(Bucket="box", Key="k")["Body"].read() == b"v"
    assert call({}, "Relay").response == "python3.11"


def test_an_interrupt_ends_it_in_the_middle_of_a_call(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(HANDLER)
    (tmp_path / "src" / "more.py").write_text(MORE)
    with served(tmp_path) as server:
        client = lambda_client(endpoint=server.address)
        started = client.invoke(FunctionName="Calls", Payload=b'{"do": "pid"}')
        pid = int(started["Payload"].read())
        event = json.dumps({"gate": str(tmp_path / "never")}).encode()
        client.invoke(FunctionName="Wait", InvocationType="Event", Payload=event)
        assert server.interrupt() == 0
    assert not Path(f"/proc/{pid}").exists()
    told = server.log.read_text()
    assert "START RequestId" in told
    assert "Traceback" not in told
