"""Sensors in a real runtime process: what they see, where, and that the handler cannot tell."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome
from harness.targets.local import LocalTarget
from harness.targets.local.interpreters import find_interpreter


@contextmanager
def running(
    folder: Path, code: str, requirements: str = "", runtime: str = "python3.11", **options: Any
) -> Iterator[LocalTarget]:
    (folder / "app.py").write_text(code)
    if requirements:
        (folder / "requirements.txt").write_text(requirements)
    function = Function(
        name="F", runtime=runtime, handler="app.handler", code=folder, timeout=20, memory=512
    )
    with LocalTarget(function, environment={}, **options) as target:
        yield target


def called(folder: Path, body: str, event: Any = None, requirements: str = "") -> Outcome:
    """The outcome of a handler with this body (four spaces are added)."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    with running(folder, f"def handler(event, context):\n{lines}\n", requirements) as target:
        return target.invoke(json.dumps(event).encode())


@pytest.mark.parametrize(
    ("body", "category", "operation"),
    [
        ("import os\nos.system('true')", "process", "os.system"),
        ("import subprocess\nsubprocess.run(['true'])", "process", "subprocess.Popen"),
        ("eval('2 * 3')", "code", "exec"),
        ("exec('x = 1')", "code", "exec"),
        ("open('/tmp/x', 'w').close()", "file", "open"),
        ("import os\nos.listdir('/tmp')", "file", "os.listdir"),
        (
            "import sqlite3\nsqlite3.connect(':memory:').execute('select 1')",
            "sql",
            "sqlite3.execute",
        ),
        (
            "import pickle\npickle.loads(b'coperator\\nmul\\n(I2\\nI3\\ntR.')",
            "deserialization",
            "pickle.find_class",
        ),
        (
            "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 1)\n"
            "except OSError:\n    pass",
            "socket",
            "socket.connect",
        ),
    ],
)
def test_a_sink_is_recorded_with_the_applications_own_line(
    tmp_path: Path, body: str, category: str, operation: str
) -> None:
    sinks = called(tmp_path, body).sinks
    found = [s for s in sinks if (s.category, s.operation) == (category, operation)]
    assert found, sinks
    assert found[0].file == "app.py"
    assert found[0].function == "handler"
    source = (tmp_path / "app.py").read_text().splitlines()
    assert source[(found[0].line or 1) - 1].strip()


def test_importing_modules_is_no_sink(tmp_path: Path) -> None:
    assert called(tmp_path, "import email, http.client, xml.dom.minidom, csv").sinks == ()


def test_a_shell_is_told_from_a_list_of_arguments(tmp_path: Path) -> None:
    body = "import subprocess\nsubprocess.run('true', shell=True)\nsubprocess.run(['true', ';'])"
    sinks = [s for s in called(tmp_path, body).sinks if s.category == "process"]
    assert [s.arguments["command"] for s in sinks] == ["true", None]


def test_literal_eval_compiles_and_does_not_execute(tmp_path: Path) -> None:
    sinks = called(tmp_path, "import ast\nast.literal_eval('[1, 2]')").sinks
    assert [s.operation for s in sinks if s.category == "code"] == ["compile"]


def test_a_folded_product_shows_in_the_executed_code(tmp_path: Path) -> None:
    sinks = called(tmp_path, "eval('30011 * 40013')").sinks
    executed = next(s for s in sinks if s.operation == "exec")
    assert 30011 * 40013 in executed.arguments["constants"]


def test_template_engines_are_named_on_the_way(tmp_path: Path) -> None:
    body = (
        "from jinja2 import Template\nfrom mako.template import Template as Mako\n"
        "return Template('{{ 1 }}').render() + Mako('${2}').render()"
    )
    outcome = called(tmp_path, body, requirements="Jinja2\nMako\n")
    assert outcome.response == "12"
    engines = {s.operation for s in outcome.sinks if s.category == "template"}
    assert engines == {"jinja2", "mako"}
    executed = [s for s in outcome.sinks if s.operation == "exec"]
    assert {name for s in executed for name in s.through} >= {"jinja2", "mako"}


BAG = """
import json, sqlite3, base64, re, os, copy, pickle
from urllib.parse import parse_qs, unquote_plus
from http.cookies import SimpleCookie

def handler(event, context):
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    with db:
        db.execute("create table t (a, b)")
        db.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
    rows = [tuple(r) for r in db.execute("select * from t")]
    jar = SimpleCookie("a=1; b=2")
    copied = copy.deepcopy(event)
    out = {
        "rows": rows,
        "same": event == json.loads(json.dumps(event)),
        "copied": copied == event,
        "kind": [isinstance(event, dict), isinstance(event["list"], list)],
        "text": [event["text"].upper(), f"{event['text']:>8}", event["text"] + "!"],
        "length": len(event["text"]),
        "split": event["text"].split("e"),
        "sorted": sorted(event["list"]),
        "merged": {**event, "z": 1}["z"],
        "query": parse_qs("a=1&a=2"),
        "unquoted": unquote_plus("a%20b+c"),
        "decoded": base64.b64decode("aGk=").decode(),
        "match": bool(re.match("h.*", event["text"])),
        "cookie": [jar["a"].value, "b" in jar, jar.get("c")],
        "pickled": pickle.loads(pickle.dumps(event["list"])),
        "in": ["text" in event, "nothing" in event, event.get("nothing", 5)],
        "hash": {event["text"]: 1}["hello"],
        "json": json.loads(event["json"])["deep"]["er"],
        "environment": sorted(k for k in os.environ if "FAASFUZZ" in k.upper()),
    }
    return out
"""
EVENT = {"text": "hello", "list": [3, 1, 2], "json": '{"deep": {"er": [1, "two"]}}'}


@pytest.mark.parametrize("runtime", ["python3.9", "python3.11", "python3.12", "python3.13"])
def test_the_handler_does_the_same_with_sensors_and_while_it_is_learnt(
    tmp_path: Path, runtime: str
) -> None:
    try:
        find_interpreter(runtime)
    except TargetError as missing:
        pytest.skip(str(missing))
    event = json.dumps(EVENT).encode()
    with running(tmp_path, BAG, runtime=runtime, sensors=False) as plain:
        expected = plain.invoke(event)
    with running(tmp_path, BAG, runtime=runtime) as observed:
        assert observed.invoke(event).response == expected.response
        assert observed.invoke(event, learn=True).response == expected.response
    assert expected.response["environment"] == []


def reads(folder: Path, body: str, event: Any, **extra: str) -> set[tuple[str, str, Any]]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    code = f"import json, base64\ndef handler(event, context):\n{lines}\n"
    with running(folder, code) as target:
        outcome = target.invoke(json.dumps(event).encode(), learn=True, extra=extra)
    return {(r.address, r.kind, r.value) for r in outcome.reads}


def test_reads_are_followed_through_encodings(tmp_path: Path) -> None:
    inner = json.dumps({"blob": "c2FtcGxl"})
    body = (
        "body = json.loads(event['Records'][0]['body'])\n"
        "data = base64.b64decode(body['blob'])\n"
        "body.get('kind', 'plain') == 'fancy'"
    )
    found = reads(tmp_path, body, {"Records": [{"body": inner}]})
    assert ("/Records/0/body", "decode", "json") in found
    assert ("/Records/0/body!json/blob", "decode", "base64") in found
    assert ("/Records/0/body!json/kind", "missing", "plain") in found


def test_comparisons_casts_and_misuse_are_seen(tmp_path: Path) -> None:
    body = (
        "event['kind'] == 'invoice'\n"
        "event['kind'].lower().startswith('in')\n"
        "'x' in event['tags'].split(',')\n"
        "try:\n    int(event['count'])\nexcept ValueError:\n    pass\n"
        "try:\n    event['parcel']['weight']\nexcept TypeError:\n    pass"
    )
    event = {"kind": "a", "count": "b", "parcel": "c", "tags": "d,e"}
    found = reads(tmp_path, body, event)
    assert ("/kind", "equals", "invoice") in found
    assert ("/kind", "startswith", "in") in found
    assert ("/tags", "equals", "x") in found
    assert ("/count", "cast", "int") in found
    assert ("/parcel", "mapping", "weight") in found
