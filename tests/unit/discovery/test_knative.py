"""Knative: projects of Knative Functions, manifests, and what brings events to them."""

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates

SHIPPED = load_templates(data_folder("event_templates"))
FUNC = """\
specVersion: 0.36.0
name: orders
runtime: python
invoke: cloudevent
run:
  envs:
    - {name: LEVEL, value: info}
    - {name: SECRET, value: "{{ secret:mine:key }}"}
deploy:
  options: {resources: {limits: {memory: 1Gi}}}
  subscriptions:
    - {source: shop, filters: {type: com.example.sold, source: /till}}
"""
SERVICE = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: orders}
spec:
  template:
    spec:
      timeoutSeconds: 30
      containers:
        - image: registry.example.com/orders
          env: [{name: LEVEL, value: debug}]
"""
EVENTS = """\
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: sold}
spec:
  broker: shop
  filters: [{any: [{exact: {type: com.example.sold}}, {exact: {type: com.example.returned}}]}]
  subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: orders}}
---
apiVersion: sources.knative.dev/v1
kind: KafkaSource
metadata: {name: clicks, namespace: web}
spec:
  topics: [clicks]
  sink: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: orders}}
---
apiVersion: sources.knative.dev/v1
kind: PingSource
metadata: {name: nightly}
spec: {schedule: "0 0 * * *", sink: {uri: "http://orders.default.svc.cluster.local"}}
---
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: {name: elsewhere}
spec: {sink: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: other}}}
"""


@pytest.fixture
def shop(project):
    project.templates = SHIPPED
    project.file("orders/function/__init__.py", "from .func import new\n")
    project.file("orders/function/func.py", "def new():\n    return Function()\n")
    return project


def test_a_project_is_a_function_with_what_it_subscribes_to(shop) -> None:
    (orders,) = shop.discover(FUNC, "orders/func.yaml").functions
    assert (orders.name, orders.provider) == ("orders", "knative")
    assert orders.handler == "function/func.py:new"
    assert orders.code == shop.folder / "orders"
    assert (orders.environment, orders.memory) == ({"LEVEL": "info"}, 1024)
    (trigger,) = orders.triggers
    assert (trigger.template, trigger.source) == ("knative.cloudevents.binary", "shop")
    assert trigger.facts["event_type"] == "com.example.sold"
    assert trigger.facts["event_source"] == "/till"


def test_a_manifest_has_triggers_and_sources_for_the_project_of_its_name(shop) -> None:
    shop.file("orders/func.yaml", FUNC.partition("deploy:")[0])
    application = shop.discover(SERVICE + EVENTS, "service.yaml")
    (orders,) = application.functions
    assert orders.code == shop.folder / "orders"
    assert (orders.timeout, orders.environment) == (30, {"LEVEL": "debug"})
    assert orders.declared_in.endswith("service.yaml:1")
    facts = [
        (t.source, t.facts["event_type"], t.facts.get("event_source")) for t in orders.triggers
    ]
    assert facts == [
        ("shop", "com.example.sold", None),
        ("shop", "com.example.returned", None),
        ("clicks", "dev.knative.kafka.event",
         "/apis/v1/namespaces/web/kafkasources/clicks#clicks"),
        ("nightly", "dev.knative.sources.ping",
         "/apis/v1/namespaces/default/pingsources/nightly"),
    ]  # fmt: skip
    assert [(e.origin, e.to, e.via) for e in application.edges] == [
        ("shop", "orders", "broker"),
        ("clicks", "orders", "kafkasource"),
        ("nightly", "orders", "pingsource"),
    ]


def test_manifests_beside_a_project_tell_what_brings_it_events(shop) -> None:
    shop.file("orders/k8s/events.yaml", EVENTS)
    shop.file("orders/k8s/broken.yaml", "eventing.knative.dev: [")
    (orders,) = shop.discover(FUNC.partition("deploy:")[0], "orders/func.yaml").functions
    assert [t.source for t in orders.triggers] == ["shop", "shop", "clicks", "nightly"]


def test_a_function_without_events_takes_requests(shop) -> None:
    text = "specVersion: 0.36.0\nname: page\nruntime: python\n"
    shop.file("page/func.py", "async def handle(scope, receive, send): ...\n")
    (page,) = shop.discover(text, "page/func.yaml").functions
    assert page.handler == "func.py:handle"
    assert [t.template for t in page.triggers] == ["knative.http.request"]


def test_a_service_may_hold_a_function_of_googles_framework(shop) -> None:
    shop.file(
        "orders/main.py",
        """
        import functions_framework

        @functions_framework.cloud_event
        def sold(event): ...
        """,
    )
    (orders,) = shop.discover(SERVICE + EVENTS, "service.yaml").functions
    assert (orders.provider, orders.handler) == ("gcp", "main.py:sold")
    assert orders.triggers[0].template == "knative.cloudevents.binary"


def test_what_is_not_run_here_is_told(shop) -> None:
    (orders,) = shop.discover(SERVICE.replace("orders", "gone"), "service.yaml").functions
    assert orders.notes == ("its code is in an image only: no func.yaml has its name; not tested",)
    (orders,) = shop.discover(FUNC.replace("python", "go"), "orders/func.yaml").functions
    assert orders.notes == ("its runtime go is not known; not tested",)
    shop.file("old/func.py", "def main(context): ...\n")
    (old,) = shop.discover(FUNC, "old/func.yaml").functions
    assert "functions of parliament are not known" in old.notes[0]
    assert shop.mistake(SERVICE + "---\na: [", "service.yaml").startswith(
        "service.yaml:12: not valid YAML"
    )
