"""Google's functions in Node.js, called by the Functions Framework itself."""

import json
from pathlib import Path
from typing import Any

from harness.model import Status
from tests.integration.targets.hosted import Call

DEPLOYED = """
    gcloud functions deploy background --no-gen2 --trigger-bucket b
    gcloud functions deploy stored --trigger-bucket pictures
"""
NODE = """
    const functions = require('@google-cloud/functions-framework');
    const { execFileSync } = require('child_process');

    functions.http('http', (req, res) => {
      req.get('X-Tenant');
      if (req.query.page) throw new RangeError('no');
      const told = [req.method, req.path, req.query.q, req.body.message, req.ip, req.hostname];
      res.cookie('a', '1').set('X-A', 'b').status(202).send(JSON.stringify(told));
    });
    functions.cloudEvent('stored', async (event) => {
      console.log(JSON.stringify([event.type, event.subject, event.bucket, event.data.name]));
      execFileSync('true', [event.data.name, String(event.data.colour)]);
    });
    functions.cloudEvent('failing', (event, done) => done(event.data.gone ? null : 'no name'));
    exports.background = (data, context, done) => {
      console.log(JSON.stringify([data.name, context.eventType, context.resource.service]));
      setTimeout(() => done(data.colour ? new Error('grey') : null), 1);
    };
"""
PACKAGE = (Path(__file__).parents[2] / "other_clouds" / "google-node" / "package.json").read_text()
NODE_FILES = {"package.json": PACKAGE, "index.js": NODE}


def test_google_calls_a_function_of_node_over_http(call: Call) -> None:
    outcome = call(NODE_FILES, "http", learn=True, extra={})
    answer = outcome.response
    assert isinstance(answer, dict)
    assert (answer["statusCode"], answer["cookies"]) == (202, ["a=1; Path=/"])
    assert answer["headers"]["x-a"] == "b"
    assert json.loads(answer["body"]) == [
        *("POST", "/items", "sample", "hello", "203.0.113.7", "items-abcdefghij-uc.a.run.app")
    ]
    reads = {(read.address, read.kind) for read in outcome.reads}
    assert {("/query/page", "missing"), ("/headers/x-tenant", "missing")} <= reads
    assert ("/body!json/message", "present") in reads


def test_google_tells_what_a_function_of_node_throws(call: Call) -> None:
    outcome = call(NODE_FILES, "http", lambda event: event["query"].update(page="1"))
    assert outcome.error is not None
    assert (outcome.error.type, len(outcome.error.trace)) == ("RangeError", 1)
    assert "index.js" in outcome.error.trace[0]
    rejected = call(NODE_FILES, "failing")
    assert (rejected.status, rejected.error and rejected.error.message) == (Status.ERROR, "no name")


def test_google_sends_node_cloud_events_and_background_events(call: Call) -> None:
    def spaced(event: Any) -> None:
        event["subject"] = "objects/a 100% ü"

    files = NODE_FILES | {"deploy.sh": DEPLOYED}
    outcome = call(files, "stored", spaced, learn=True, extra={})
    assert outcome.error is None
    told = ["google.cloud.storage.object.v1.finalized", "objects/a%20100%25%20%C3%BC", "pictures"]
    assert json.dumps([*told, "incoming/sample.txt"], separators=(",", ":")) in outcome.logs
    assert ("/data/colour", "missing") in {(read.address, read.kind) for read in outcome.reads}
    [sink] = [sink for sink in outcome.sinks if sink.category == "process"]
    assert (sink.file, sink.line) == ("index.js", 13)
    # Without a registered function beside it: one that is exported only, for gcloud to name.
    background = {**files, "index.js": NODE[NODE.index("exports.") :]}
    outcome = call(background, "background", learn=True, extra={})
    assert outcome.error is None
    told = ["incoming/sample.txt", "google.storage.object.finalize", "storage.googleapis.com"]
    assert json.dumps(told, separators=(",", ":")) in outcome.logs
    assert ("/data/colour", "missing") in {(read.address, read.kind) for read in outcome.reads}


def test_google_brings_documents_as_firebases_emulator_does(call: Call) -> None:
    code = """
        import * as functions from '@google-cloud/functions-framework';
        functions.cloudEvent('stored', (event) => {
          const { note } = event.data.value.fields;
          console.log(JSON.stringify([event.datacontenttype, event.document, note]));
        });
    """
    package = PACKAGE.replace('"main"', '"type": "module", "main"')
    deployed = """
        gcloud functions deploy stored --gen2 \\
          --trigger-event-filters=type=google.cloud.firestore.document.v1.created \\
          --trigger-event-filters-path-pattern=document='users/{id}'
    """
    files = {"package.json": package, "index.js": code, "deploy.sh": deployed}
    outcome = call(files, "stored", learn=True, extra={})
    assert outcome.error is None
    assert '["application/json","users/sample",null]' in outcome.logs
    reads = {(read.address, read.kind) for read in outcome.reads}
    assert ("/data/value/fields/note", "missing") in reads
