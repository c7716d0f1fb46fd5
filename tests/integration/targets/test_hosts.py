"""Functions of Azure, Google and OpenWhisk, each called through its platform's own package."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.errors import TargetError
from harness.model import Function, Status
from harness.targets.local import LocalTarget
from tests.integration.targets.hosted import Call

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
AZURE = """
    import json, logging
    import azure.functions as func
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route(route="items/{id}", methods=["POST"])
    @app.queue_output(arg_name="out", queue_name="jobs", connection="X")
    def http(req: func.HttpRequest, out: func.Out[str], context) -> func.HttpResponse:
        out.set(req.route_params["id"])
        logging.info("for %s", context.function_name)
        told = {"q": req.params.get("q"), "agent": req.headers["User-Agent"][:7],
                "message": req.get_json()["message"], "method": req.method}
        made = func.HttpResponse(json.dumps(told), status_code=201, mimetype="application/json")
        made.headers.add("Set-Cookie", "a=1")
        return made

    @app.route(route="nothing")
    async def nothing(req): return None

    @app.route(route="broken")
    def broken(req): return [1]

    @app.queue_trigger(arg_name="msg", queue_name="jobs", connection="X")
    def queue(msg: func.QueueMessage):
        return [type(msg).__name__, json.loads(msg.get_body()), msg.dequeue_count]

    @app.blob_trigger(arg_name="blob", path="uploads/{name}", connection="X")
    def blob(blob: func.InputStream): return [blob.name, blob.read().decode(), blob.length]

    @app.service_bus_queue_trigger(arg_name="m", queue_name="q", connection="X")
    def bus(m: func.ServiceBusMessage): return [m.get_body().decode(), m.application_properties]

    @app.service_bus_queue_trigger(arg_name="m", queue_name="q", connection="X", cardinality="many")
    def buses(m): return [one.get_body().decode() for one in m]

    @app.event_hub_message_trigger(arg_name="e", event_hub_name="h", connection="X",
                                   cardinality=func.Cardinality.MANY)
    def hub(e): return [one.get_body().decode() for one in e]

    @app.event_hub_message_trigger(arg_name="e", event_hub_name="h", connection="X",
                                   cardinality=func.Cardinality.ONE)
    def one(e: func.EventHubEvent): return [e.get_body().decode(), e.partition_key]

    @app.event_grid_trigger(arg_name="e")
    def grid(e: func.EventGridEvent): return [type(e).__name__, e.subject, e.get_json()["api"]]

    @app.event_grid_trigger(arg_name="e")
    def cloud(e: func.CloudEvent): return [type(e).__name__, e.subject]

    @app.cosmos_db_trigger(arg_name="docs", connection="X", database_name="d", container_name="c")
    def cosmos(docs: func.DocumentList): return [type(docs).__name__, docs[0]["message"]]

    @app.timer_trigger(arg_name="t", schedule="0 * * * * *")
    def timer(t: func.TimerRequest): return [type(t).__name__, t.past_due]

    @app.kafka_trigger(arg_name="k", topic="t", broker_list="b")
    def kafka(k: func.KafkaEvent): return json.loads(k.get_body())["Topic"]
"""
MESSAGE = {"id": "a1b2c3", "message": "hello"}
TEXT = json.dumps(MESSAGE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("queue", ["QueueMessage", MESSAGE, 1]),
        ("blob", ["uploads/incoming/sample.txt", "A sample object.\n", 17]),
        ("bus", [TEXT, {"kind": "sample"}]),
        ("buses", [TEXT]),
        ("hub", [TEXT]),
        ("one", [TEXT, "key"]),
        (
            "grid",
            [
                "EventGridEvent",
                "/blobServices/default/containers/uploads/blobs/incoming/sample.txt",
                "PutBlob",
            ],
        ),
        (
            "cloud",
            [
                "CloudEvent",
                "/blobServices/default/containers/uploads/blobs/incoming/sample.txt",
            ],
        ),
        ("cosmos", ["DocumentList", "hello"]),
        ("timer", ["TimerRequest", False]),
        ("kafka", "orders"),
    ],
)
def test_azure_gives_each_trigger_its_own_type(call: Call, name: str, expected: Any) -> None:
    outcome = call({"host.json": "{}", "function_app.py": AZURE}, name)
    assert outcome.error is None
    assert outcome.response == {"Outputs": {}, "Logs": [], "ReturnValue": expected}


def test_an_http_trigger_of_azure_answers_as_its_host_does(call: Call) -> None:
    outcome = call({"host.json": "{}", "function_app.py": AZURE}, "http")
    answer = outcome.response
    assert isinstance(answer, dict)
    assert (answer["statusCode"], answer["cookies"]) == (201, ["a=1"])
    assert answer["headers"]["content-type"] == "application/json; charset=utf-8"
    assert json.loads(answer["body"]) == {
        "q": "sample",
        "agent": "Mozilla",
        "message": "hello",
        "method": "POST",
    }
    assert answer["Outputs"] == {"out": "sample"}
    assert "for http" in outcome.logs


def test_azure_without_an_answer_or_with_a_wrong_one(call: Call) -> None:
    files = {"host.json": "{}", "function_app.py": AZURE}
    nothing = call(files, "nothing")
    assert nothing.response == {"statusCode": 204, "headers": {}, "body": ""}
    broken = call(files, "broken")
    assert (broken.status, broken.error and broken.error.type) == (Status.ERROR, "TypeError")


def test_azure_pads_what_goes_with_each_record(call: Call) -> None:
    def two(event: Any) -> None:
        event["Data"]["events"] = json.dumps([{"n": 1}, {"n": 2}])

    outcome = call({"host.json": "{}", "function_app.py": AZURE}, "hub", two)
    assert isinstance(outcome.response, dict)
    assert outcome.response["ReturnValue"] == ['{"n": 1}', '{"n": 2}']


def test_azure_learns_which_fields_are_read_and_where_an_error_begins(call: Call) -> None:
    app = """
        import azure.functions as func
        app = func.FunctionApp()

        @app.route(route="x")
        def x(req: func.HttpRequest):
            req.params.get("colour")
            return req.get_json()["size"]
    """
    outcome = call({"host.json": "{}", "function_app.py": app}, "x", learn=True, extra={})
    reads = {(read.address, read.kind) for read in outcome.reads}
    assert {("/Data/req/Query/colour", "missing"), ("/Data/req/Body!json/size", "missing")} <= reads
    assert outcome.error is not None
    assert (outcome.error.type, len(outcome.error.trace)) == ("KeyError", 1)
    assert "function_app.py" in outcome.error.trace[0]


def test_scripts_of_azure_import_what_lies_beside_them(call: Call) -> None:
    binding = '{"type": "httpTrigger", "direction": "in", "name": "req"}'
    out = '{"type": "http", "direction": "out", "name": "$return"}'
    outcome = call(
        {
            "host.json": "{}",
            "Hello/function.json": f'{{"scriptFile": "run.py", "bindings": [{binding}, {out}]}}',
            "Hello/run.py": "from .words import HI\nfrom ..shared import N\n"
            "def main(req): return HI + N",
            "Hello/words.py": "HI = 'hi'",
            "shared.py": "N = '!'",
        },
        "Hello",
    )
    assert isinstance(outcome.response, dict)
    assert outcome.response["body"] == "hi!"


GOOGLE = """
    import json
    import functions_framework

    @functions_framework.http
    def http(request):
        told = [request.method, request.path, request.args["q"], request.get_json()["message"],
                request.headers["X-Forwarded-For"], request.host]
        return json.dumps(told), 202, {"Set-Cookie": "a=1", "X-A": "b"}

    @functions_framework.cloud_event
    def stored(event):
        print(json.dumps([event["type"], event["subject"], event["bucket"], event.data["name"]]))

    @functions_framework.cloud_event
    def failing(event):
        return event.data["bucket"]["x"]

    def background(data, context):
        print(json.dumps([data["name"], context.event_type, context.resource["service"]]))
"""
DEPLOYED = """
    gcloud functions deploy background --no-gen2 --trigger-bucket b
    gcloud functions deploy stored --trigger-bucket pictures
"""


def test_google_calls_a_function_over_http(call: Call) -> None:
    answer = call({"main.py": GOOGLE}, "http").response
    assert isinstance(answer, dict)
    assert (answer["statusCode"], answer["cookies"]) == (202, ["a=1"])
    assert answer["headers"]["x-a"] == "b"
    assert json.loads(answer["body"]) == [
        *("POST", "/items", "sample", "hello", "203.0.113.7", "items-abcdefghij-uc.a.run.app")
    ]


def test_google_sends_cloud_events_in_binary_mode(call: Call) -> None:
    def spaced(event: Any) -> None:
        event["subject"] = 'objects/a "b" 100% ü'

    outcome = call({"main.py": GOOGLE, "deploy.sh": DEPLOYED}, "stored", spaced)
    assert outcome.error is None
    told = json.loads(outcome.logs.splitlines()[-1])
    # As the HTTP binding of CloudEvents says, attributes arrive percent-encoded in headers.
    assert told == [
        "google.cloud.storage.object.v1.finalized",
        "objects/a%20%22b%22%20100%25%20%C3%BC",
        "pictures",
        "incoming/sample.txt",
    ]


def test_google_gives_the_first_generation_data_and_context(call: Call) -> None:
    outcome = call({"main.py": GOOGLE, "deploy.sh": DEPLOYED}, "background")
    assert outcome.error is None
    assert json.loads(outcome.logs.splitlines()[-1]) == [
        "incoming/sample.txt",
        "google.storage.object.finalize",
        "storage.googleapis.com",
    ]


def test_an_error_in_googles_framework_begins_in_the_function(call: Call) -> None:
    outcome = call({"main.py": GOOGLE}, "failing", learn=True, extra={})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, len(outcome.error.trace)) == ("TypeError", 1)
    assert ("/data/bucket", "present") in {(read.address, read.kind) for read in outcome.reads}


def test_google_learns_what_is_asked_of_query_and_headers(call: Call) -> None:
    code = """
        import functions_framework

        @functions_framework.http
        def http(request):
            request.args.get("page"), request.headers.get("X-Tenant"), "all" in request.args
            return "ok"
    """
    outcome = call({"main.py": code}, "http", learn=True, extra={})
    missing = {read.address for read in outcome.reads if read.kind == "missing"}
    assert {"/query/page", "/query/all", "/headers/x-tenant"} <= missing


def test_openwhisk_calls_main_with_parameters(call: Call) -> None:
    manifest = "packages: {p: {actions: {a: {function: act.py, main: go}}}}"
    code = """
        import os
        def go(params):
            own = os.environ
            return {"id": params["id"], "name": own["__OW_ACTION_NAME"],
                    "activation": len(own["__OW_ACTIVATION_ID"]), "late": int(own["__OW_DEADLINE"])}
    """
    answer = call({"manifest.yaml": manifest, "act.py": code}, "a").response
    assert isinstance(answer, dict)
    assert (answer["id"], answer["name"], answer["activation"]) == ("a1b2c3", "/guest/a", 32)
    assert answer["late"] > 1_700_000_000_000


def test_what_has_no_host_here_is_refused_in_one_line() -> None:
    function = Function(
        name="f",
        runtime="nodejs20.x",
        handler="a.js:f",
        code=Path(__file__).parent,
        provider="azure",
    )
    with pytest.raises(TargetError, match=r"nodejs20\.x functions of azure do not run locally"):
        LocalTarget(function, environment={}).start()


KNATIVE = """
    import json
    import subprocess

    from cloudevents.core.v1.event import CloudEvent

    class Function:
        def start(self, configuration):
            self.level = configuration["LEVEL"]

        async def handle(self, scope, receive, send):
            event = scope["event"]
            data = event.get_data()
            if data.get("colour"):
                raise LookupError(data["colour"])
            subprocess.run(["true", data["message"]])
            attributes = {"type": self.level, "source": event.get_type()}
            await send(CloudEvent(attributes=attributes, data={"got": data["message"]}))

    def new():
        return Function()
"""
ASGI = """
    async def handle(scope, receive, send):
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 202, "headers": [(b"X-A", b"1")]})
        await send({"type": "http.response.body", "body": scope["query_string"] + body})
"""


def test_knative_calls_a_function_through_its_own_middleware(call: Call) -> None:
    declared = "name: orders\nruntime: python\ninvoke: cloudevent\n"
    declared += "run: {envs: [{name: LEVEL, value: i}]}\n"
    files = {"func.yaml": declared, "function/func.py": KNATIVE}
    outcome = call(files, "orders", learn=True, extra={})
    assert outcome.error is None, outcome.logs
    answer = outcome.response
    assert isinstance(answer, dict)
    told = json.loads(answer["body"])
    assert (told["type"], told["source"]) == ("i", "com.example.order.created")
    assert told["data"] == {"got": "hello"}
    assert ("/body!json/colour", "missing") in {(r.address, r.kind) for r in outcome.reads}
    [sink] = [sink for sink in outcome.sinks if sink.category == "process"]
    assert (sink.file, sink.line) == ("function/func.py", 16)

    def coloured(event: Any) -> None:
        event["body"] = json.dumps({"colour": "grey"})

    failed = call(files, "orders", coloured)
    assert failed.error is not None
    assert (failed.error.type, failed.error.message) == ("LookupError", "grey")
    plain = {"func.yaml": "name: page\nruntime: python\n", "func.py": ASGI}
    answer = call(plain, "page").response
    assert isinstance(answer, dict)
    assert (answer["statusCode"], answer["headers"]["x-a"]) == (202, "1")
    assert answer["body"] == 'q=sample{"message": "hello"}'
