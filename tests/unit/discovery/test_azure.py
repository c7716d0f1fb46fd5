"""Azure Functions apps: function.json, the decorators of Python's v2 model, settings, routes."""

import inspect
from pathlib import Path

import azure.functions as functions
import pytest
import yaml

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.discovery import azure
from harness.discovery.azure_bindings import camel
from harness.events.seed import make_seed

HOST = '{"version": "2.0", "functionTimeout": "00:00:10"}'
APP = """
    import azure.functions as func
    from more import blueprint

    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    app.register_functions(blueprint)
    ROUTE = "orders/{id:int}/{*rest}"

    @app.route(route=ROUTE, methods=["GET", "POST"])
    @app.queue_output(arg_name="out", queue_name="%QUEUE%", connection="Storage")
    def orders(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse: ...

    @app.function_name("Worker")
    @app.queue_trigger("msg", "%QUEUE%", "Storage")
    async def work(msg: func.QueueMessage): ...

    def helper(): ...
"""
MORE = """
    import azure.functions as func
    blueprint = func.Blueprint()

    @blueprint.event_grid_trigger(arg_name="event")
    def grid(event: func.CloudEvent): ...

    @blueprint.event_hub_message_trigger(arg_name="e", event_hub_name="hub", connection="X",
                                         cardinality=func.Cardinality.ONE)
    def one(e: func.EventHubEvent): ...

    @blueprint.service_bus_topic_trigger(arg_name="m", connection="X", topic_name="t",
                                         subscription_name="s", cardinality="many")
    def many(m): ...
"""
TEMPLATES = load_templates(data_folder("event_templates") / "azure")


@pytest.fixture(autouse=True)
def claimed(project) -> None:
    project.templates = TEMPLATES


@pytest.fixture
def app(project):
    project.file("function_app.py", APP)
    project.file("more.py", MORE)
    project.file("local.settings.json", '{"Values": {"QUEUE": "jobs"}}')
    return project.discover(HOST, "host.json")


def test_decorators_declare_functions_wherever_they_stand(app) -> None:
    told = {f.name: (f.handler, [t.template for t in f.triggers]) for f in app.functions}
    assert told == {
        "orders": ("function_app.py:orders", ["azure.http.request"]),
        "Worker": ("function_app.py:Worker", ["azure.queue.message"]),
        "grid": ("more.py:grid", ["azure.eventgrid.cloudevent"]),
        "one": ("more.py:one", ["azure.eventhub.event"]),
        "many": ("more.py:many", ["azure.servicebus.messages"]),
    }
    first = app.functions[0]
    assert (first.provider, first.timeout, first.environment) == ("azure", 10, {"QUEUE": "jobs"})
    assert first.declared_in.endswith("function_app.py:11")


def test_a_route_is_told_whole_and_its_parameters_reach_the_event(app) -> None:
    first = app.functions[0]
    (trigger,) = first.triggers
    assert (trigger.facts["path"], trigger.facts["method"]) == ("/api/orders/{id}/{rest+}", "POST")
    template = next(t for t in TEMPLATES if t.id == trigger.template)
    seed = make_seed(template, trigger, first)
    request = seed.event["Data"]["req"]
    assert request["Params"]["id"].isdigit()
    assert request["Url"].startswith(
        f"https://app.azurewebsites.net/api/orders/{request['Params']['id']}/sample?"
    )
    # What is no number never gets past the route.
    addresses = {str(point) for point in seed.points}
    assert "/Data/req/Params/rest" in addresses
    assert "/Data/req/Params/id" not in addresses


def test_what_one_function_writes_triggers_another(app) -> None:
    assert [(e.origin, e.to, e.via) for e in app.edges][:2] == [
        ("orders", "jobs", "queue"),
        ("jobs", "Worker", "queueTrigger"),
    ]
    assert {(r.name, r.kind) for r in app.resources} >= {
        ("jobs", "Microsoft.Storage/queues"),
        ("t", "Microsoft.ServiceBus/topics"),
    }


def test_function_json_declares_scripts_of_any_language(project) -> None:
    binding = '{"type": "HTTPTRIGGER", "direction": "in", "name": "req", "methods": ["get"]}'
    project.file("Hello/function.json", f'{{"bindings": [{binding}]}}')
    project.file("Hello/__init__.py", "import logging\n\ndef main(req): ...\n")
    script = '{"type": "timerTrigger", "direction": "in", "name": "t", "schedule": "0 * * * * *"}'
    project.file("Tick/function.json", f'{{"scriptFile": "../lib/x.js", "bindings": [{script}]}}')
    project.file("Off/function.json", '{"disabled": true, "bindings": []}')
    host = '{"extensions": {"http": {"routePrefix": ""}}}'
    found = project.discover(host, "host.json").functions
    assert [(f.name, f.handler, f.triggers[0].template) for f in found] == [
        ("Hello", "Hello/__init__.py:main", "azure.http.request"),
        ("Tick", "lib/x.js:", "azure.timer.schedule"),
    ]
    assert found[0].triggers[0].facts["path"] == "/Hello"
    assert found[0].declared_in.endswith("Hello/__init__.py:3")
    assert found[1].runtime.startswith("nodejs")


def test_mistakes_are_told_with_their_place(project) -> None:
    assert "host.json:1: this function app declares no function" in project.mistake(
        HOST, "host.json"
    )
    project.file("function_app.py", "def broken(:\n")
    assert "function_app.py:1: not valid Python" in project.mistake(HOST, "host.json")
    project.file("function_app.py", "")
    project.file("A/function.json", "{}")
    assert "A/function.json:1: there are no bindings" in project.mistake(HOST, "host.json")


def test_an_unknown_trigger_is_noted(project) -> None:
    project.file("A/function.json", '{"bindings": [{"type": "faxTrigger", "name": "f"}]}')
    (function,) = project.discover(HOST, "host.json").functions
    assert function.notes == ("no event template claims its trigger faxTrigger; not tested",)


def test_the_table_knows_every_trigger_of_the_package() -> None:
    """Their own package is asked: which decorators, which parameters in which order."""
    table = yaml.safe_load(Path(azure.__file__).with_name("azure.yaml").read_text())["triggers"]
    methods = dict(inspect.getmembers(functions.FunctionApp, inspect.isfunction))
    triggers = {n for n in methods if n.endswith("_trigger") and n not in ("get_trigger",)}
    assert triggers <= set(table)
    for name, entry in table.items():
        if name not in methods or name in ("schedule", "mcp_tool"):
            continue
        own = list(inspect.signature(methods[name]).parameters)[1:]
        assert own[: len(entry["names"])] == entry["names"], name


def test_every_trigger_of_the_table_has_a_template() -> None:
    table = yaml.safe_load(Path(azure.__file__).with_name("azure.yaml").read_text())["triggers"]
    claimed = {claim["azure"] for t in TEMPLATES for claim in t.declared}
    assert {entry["type"] for entry in table.values() if entry["type"]} <= claimed


def test_parameters_become_properties() -> None:
    assert camel("event_hub_name") == "eventHubName"
