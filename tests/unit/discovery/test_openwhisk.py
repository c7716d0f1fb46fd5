"""Manifests of OpenWhisk packages."""

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates

TEMPLATES = load_templates(data_folder("event_templates") / "openwhisk")
MANIFEST = """
    project:
      name: shop
      packages:
        orders:
          actions:
            page: {function: src/app.py, runtime: "python:3.11", web: true}
            raw: {function: src/app.py, annotations: {web-export: raw}, main: serve}
            work: {function: src/app.py, limits: {timeout: 2500, memorySize: 512}}
            script: {function: js, runtime: "nodejs:18"}
          triggers:
            labels: {feed: /whisk.system/messaging/kafkaFeed}
            tick: {feed: /whisk.system/alarms/alarm}
          rules: {a: {trigger: labels, action: work}, b: {trigger: tick, action: orders/work}}
          sequences: {both: {actions: "page, orders/work"}}
"""


@pytest.fixture(autouse=True)
def claimed(project) -> None:
    project.templates = TEMPLATES


def test_actions_are_functions_with_what_fires_them(project) -> None:
    project.file("js/index.js", "exports.main = () => ({});")
    found = project.discover(MANIFEST, "manifest.yaml")
    told = {f.name: (f.handler, [t.template for t in f.triggers]) for f in found.functions}
    assert told == {
        "page": ("app.py:main", ["openwhisk.action.web"]),
        "raw": ("app.py:serve", ["openwhisk.action.raw-web"]),
        "work": ("app.py:main", ["openwhisk.trigger.messages", "openwhisk.action.invoke"]),
        "script": ("index.js:main", ["openwhisk.action.invoke"]),
    }
    page, _, work, script = found.functions
    assert (page.runtime, page.timeout, page.memory) == ("python3.11", 60, 256)
    assert (work.timeout, work.memory, work.provider) == (2, 512, "openwhisk")
    assert script.runtime == "nodejs18.x"
    assert {(e.origin, e.to, e.via) for e in found.edges} == {
        ("labels", "work", "rule"),
        ("tick", "work", "rule"),
        ("page", "work", "sequence"),
    }


def test_mistakes_are_told_with_their_line(project) -> None:
    missing = "packages:\n  p:\n    actions:\n      a: {function: gone.py}\n"
    assert project.mistake(missing, "manifest.yaml") == (
        "manifest.yaml:4: action a: its code gone.py is not there; correct function, or build it"
    )
    nothing = "packages:\n  p:\n    actions:\n      a: {}\n"
    assert "manifest.yaml:4: action a: says nowhere" in project.mistake(nothing, "manifest.yaml")
