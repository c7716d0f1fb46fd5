"""Functions of Google Cloud: decorators, Firebase, functions.yaml, deploy commands, Node.js."""

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.discovery import discover
from harness.events.seed import make_seed

TEMPLATES = load_templates(data_folder("event_templates") / "gcp")


@pytest.fixture(autouse=True)
def claimed(project) -> None:
    project.templates = TEMPLATES


def told(application):
    return {f.name: (f.handler, [t.template for t in f.triggers]) for f in application.functions}


MAIN = """
    import functions_framework
    from functions_framework import cloud_event

    @functions_framework.http
    def hello(request): ...

    @cloud_event
    def stored(event):
        return event.data["bucket"]

    @functions_framework.cloud_event
    def either(event): ...

    def helper(request): ...
"""


def test_decorators_declare_functions(project) -> None:
    found = project.discover(MAIN, "main.py")
    assert told(found) == {
        "hello": ("main.py:hello", ["gcp.functions.http"]),
        "stored": ("main.py:stored", ["gcp.storage.object-finalized"]),
        "either": (
            "main.py:either",
            ["gcp.pubsub.message-published", "gcp.storage.object-finalized"],
        ),
    }
    hello, stored, either = found.functions
    assert (hello.provider, hello.timeout, hello.notes) == ("gcp", 60, ())
    assert hello.declared_in.endswith("main.py:6")
    # What was guessed is said to be.
    assert "nothing says which events it gets" in stored.notes[0]
    assert "nothing says which events it gets" in either.notes[0]


def test_the_commands_that_deploy_it_say_what_triggers_it(project) -> None:
    project.file(
        "README.md",
        """
        gcloud functions deploy say-hello --gen2 --entry-point=hello --trigger-http
        gcloud functions deploy stored \\
            --runtime python312 \\
            --trigger-event-filters="type=google.cloud.storage.object.v1.deleted" \\
            --trigger-event-filters="bucket=my-uploads"
        gcloud functions deploy either --no-gen2 --trigger-topic orders
        gcloud functions deploy $NAME --trigger-http
        """,
    )
    found = project.discover(MAIN, "main.py")
    assert told(found) == {
        "say-hello": ("main.py:hello", ["gcp.functions.http"]),
        "stored": ("main.py:stored", ["gcp.storage.object-deleted"]),
        "either": ("main.py:either", ["gcp.legacy.pubsub"]),
    }
    assert [f.notes for f in found.functions] == [(), (), ()]
    assert {(e.origin, e.to) for e in found.edges} == {
        ("my-uploads", "stored"),
        ("orders", "either"),
    }
    stored = found.functions[1]
    template = next(t for t in TEMPLATES if t.id == stored.triggers[0].template)
    seed = make_seed(template, stored.triggers[0], stored)
    assert seed.event["bucket"] == seed.event["data"]["bucket"] == "my-uploads"
    assert seed.event["type"] == "google.cloud.storage.object.v1.deleted"


def test_firebase_says_it_in_its_decorators(project) -> None:
    found = project.discover(
        """
        from firebase_functions import firestore_fn, https_fn, pubsub_fn, storage_fn, scheduler_fn

        @https_fn.on_call()
        def call(req): ...

        @firestore_fn.on_document_created(document="users/{uid}")
        def joined(event): ...

        @pubsub_fn.on_message_published(topic="orders")
        def ordered(event): ...

        @scheduler_fn.on_schedule(schedule="every day 00:00")
        def nightly(event): ...
        """,
        "main.py",
    )
    assert {name: t for name, (_, t) in told(found).items()} == {
        "call": ["gcp.functions.callable"],
        "joined": ["gcp.firestore.document-created"],
        "ordered": ["gcp.pubsub.message-published"],
        "nightly": ["gcp.scheduler.http"],
    }
    joined = found.functions[1]
    assert joined.triggers[0].facts["document"] == "users/sample"


def test_a_manifest_declares_endpoints_of_both_generations(project) -> None:
    project.file("main.py", "import functions_framework\n\ndef on_data(request): ...\n")
    project.file(
        "functions.yaml",
        """
        specVersion: v1alpha1
        endpoints:
          first:
            entryPoint: on_data
            platform: gcfv1
            eventTrigger:
              eventType: providers/cloud.firestore/eventTypes/document.update
              eventFilters: {document: "a/{b}"}
          second:
            entryPoint: on_data
            platform: gcfv2
            eventTrigger: {eventType: google.cloud.workflows.workflow.v1.created}
        """,
    )
    found = discover(project.folder, templates=TEMPLATES)
    assert told(found) == {
        "first": ("main.py:on_data", ["gcp.legacy.firestore"]),
        "second": ("main.py:on_data", ["gcp.eventarc.resource-event"]),
    }


def test_functions_of_the_first_generation_are_known_by_their_parameters(project) -> None:
    project.file("requirements.txt", "functions-framework==3.*\n")
    found = project.discover(
        """
        def on_file(event, context):
            print(event["bucket"])

        def serve(request): ...

        def helper(a, b, c): ...
        """,
        "main.py",
    )
    assert told(found) == {
        "on_file": ("main.py:on_file", ["gcp.legacy.storage"]),
        "serve": ("main.py:serve", ["gcp.functions.http"]),
    }


def test_node_registers_with_the_framework_or_exports(project) -> None:
    package = """{"main": "src/index.js", "engines": {"node": ">=22"}, "dependencies":
        {"@google-cloud/functions-framework": "^3.0.0"},
        "scripts": {"start": "functions-framework --target=hello --signature-type=http"}}"""
    project.file(
        "src/index.js",
        """
        const functions = require('@google-cloud/functions-framework');
        functions.http('hello', (req, res) => { res.send(req.body.message); });
        functions.cloudEvent("stored", event => { console.log(event.data.bucket); });
        """,
    )
    found = project.discover(package, "package.json")
    assert told(found) == {
        "hello": ("src/index.js:hello", ["gcp.functions.http"]),
        "stored": ("src/index.js:stored", ["gcp.storage.object-finalized"]),
    }
    assert found.functions[0].runtime == "nodejs22.x"


def test_node_exports_functions_by_firebases_makers(project) -> None:
    package = '{"main": "index.js", "dependencies": {"firebase-functions": "^6.0.0"}}'
    project.file(
        "index.js",
        """
        const {onRequest} = require("firebase-functions/v2/https");
        exports.hello = onRequest({cors: true}, (req, res) => { res.send("hi"); });
        exports.joined = firestore.onDocumentCreated("users/{uid}", (event) => {});
        exports.plain = (req, res) => {};
        exports.settings = {topic: "none"};
        """,
    )
    found = project.discover(package, "package.json")
    assert {name: t for name, (_, t) in told(found).items()} == {
        "hello": ["gcp.functions.http"],
        "joined": ["gcp.firestore.document-created"],
        "plain": ["gcp.functions.http"],
    }
    assert found.functions[1].triggers[0].facts["document"] == "users/sample"


def test_firebases_first_generation_is_a_chain_of_calls(project) -> None:
    package = '{"type": "module", "main": "index.js", "dependencies": {"firebase-functions": "7"}}'
    project.file(
        "index.js",
        """
        import * as functions from "firebase-functions/v1";
        export * from "./http.js";
        const region = functions.region("europe-west1");
        export const user = functions
          .runWith({ memory: "256MB" })
          .firestore.document("users/{id}")
          .onCreate((snap, context) => { functions.logger.log(snap.data()); });
        export const file = region.storage.bucket("pictures").object().onFinalize(async (o) => {});
        export const topic = functions.pubsub.topic("jobs").onPublish((message) => {});
        export const nightly = functions.pubsub.schedule("every day 00:00").onRun(() => {});
        export const joined = functions.auth.user().onCreate((user) => {});
        export const checked = functions.auth.user().beforeCreate((user) => {});
        export const ref = functions.database.ref("/m/{id}").onWrite((change) => {});
        export const task = functions.tasks.taskQueue({ rateLimits: {} }).onDispatch((data) => {});
        export const config = functions.remoteConfig.onUpdate((version) => {});
        export const settings = functions.config();
        """,
    )
    project.file(
        "http.js",
        """
        import { onRequest, onCall } from "firebase-functions/https";
        export * from "./index.js";
        export const page = onRequest({ cors: true }, (req, res) => { res.send("hi"); });
        export const called = onCall((request) => request.data);
        export async function plain(req, res) { res.send("hi"); }
        export function render(data, colour) { return data; }
        """,
    )
    found = project.discover(package, "package.json")
    assert told(found) == {
        "user": ("index.js:user", ["gcp.legacy.firestore"]),
        "file": ("index.js:file", ["gcp.legacy.storage"]),
        "topic": ("index.js:topic", ["gcp.legacy.pubsub"]),
        "nightly": ("index.js:nightly", ["gcp.legacy.pubsub"]),
        "joined": ("index.js:joined", ["gcp.legacy.firebase-auth"]),
        "checked": ("index.js:checked", ["gcp.firebase-auth.blocking"]),
        "ref": ("index.js:ref", ["gcp.legacy.firebase-database"]),
        "task": ("index.js:task", ["gcp.tasks.firebase"]),
        "config": ("index.js:config", []),
        "page": ("http.js:page", ["gcp.functions.http"]),
        "called": ("http.js:called", ["gcp.functions.callable"]),
        "plain": ("http.js:plain", ["gcp.functions.http"]),
    }
    facts = {f.name: f.triggers[0].facts for f in found.functions if f.triggers}
    assert facts["user"]["document"] == "users/sample"
    assert (facts["file"]["bucket"], facts["topic"]["topic"]) == ("pictures", "jobs")
    assert facts["ref"]["ref"] == "m/sample"
    assert facts["nightly"]["schedule"] == "every day 00:00"
    config = next(f for f in found.functions if f.name == "config")
    assert config.notes == (
        "no event template claims its trigger google.firebase.remoteconfig.update; not tested",
    )


def test_what_is_not_built_or_not_theirs_is_told(project) -> None:
    package = '{"main": "lib/index.js", "dependencies": {"firebase-functions": "^6.0.0"}}'
    told = project.mistake(package, "package.json")
    assert told == (
        "package.json: its main lib/index.js is not there; "
        "build it first (`npm run build`), or correct main"
    )
    assert "main.py:2: not valid Python" in project.mistake(
        "import functions_framework\ndef broken(:\n", "main.py"
    )
    assert "not a template that is known" in project.mistake("print('hello')\n", "main.py")
