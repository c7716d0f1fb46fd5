"""What a learning call tells of the fields that the handler reads."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

Reads = Callable[..., set[tuple[str, str, Any]]]


def test_reads_are_followed_through_encodings(reads: Reads) -> None:
    inner = json.dumps({"blob": "c2FtcGxl"})
    body = (
        "body = json.loads(event['Records'][0]['body'])\n"
        "data = base64.b64decode(body['blob'])\n"
        "body.get('kind', 'plain') == 'fancy'"
    )
    found = reads(body, {"Records": [{"body": inner}]})
    assert ("/Records/0/body", "decode", "json") in found
    assert ("/Records/0/body!json/blob", "decode", "base64") in found
    assert ("/Records/0/body!json/kind", "missing", "plain") in found


def test_json_in_gzip_in_base64_is_followed_though_the_values_change_type(reads: Reads) -> None:
    packed = base64.b64encode(gzip.compress(json.dumps({"logEvents": []}).encode())).decode()
    body = (
        "import gzip\n"
        "from json import loads\n"
        "data = loads(gzip.decompress(base64.b64decode(event['awslogs']['data'].encode())))\n"
        "data['logEvents'], data.get('owner')"
    )
    found = reads(body, {"awslogs": {"data": packed}})
    inside = "/awslogs/data!base64!gzip!json"
    assert (inside + "/logEvents", "present", None) in found
    assert (inside + "/owner", "missing", None) in found


def test_form_fields_and_object_keys_are_followed(reads: Reads) -> None:
    body = (
        "from urllib.parse import parse_qs, unquote_plus\n"
        "form = parse_qs(event['body'])\n"
        "form.get('user'), form.get('colour')\n"
        "unquote_plus(event['key']).startswith('in/')"
    )
    found = reads(body, {"body": "user=x1", "key": "a%20b"})
    assert ("/body", "decode", "form") in found
    assert ("/body!form/colour", "missing", None) in found
    assert ("/key", "decode", "url") in found
    assert ("/key!url", "startswith", "in/") in found


def test_comparisons_casts_and_misuse_are_seen(reads: Reads) -> None:
    body = (
        "event['kind'] == 'invoice'\n"
        "event['kind'].lower().startswith('in')\n"
        "'x' in event['tags'].split(',')\n"
        "'@' in event['mail']\n"
        "import re\nre.match('[a-z]+', event['mail'])\n"
        "for call in (lambda: int(event['count']), lambda: event['parcel']['weight'],\n"
        "             lambda: event['lines'].append(1)):\n"
        "    try:\n        call()\n"
        "    except (ValueError, TypeError, AttributeError):\n        pass"
    )
    event = {"kind": "a", "count": "b", "parcel": "c", "tags": "d,e", "mail": "ffff", "lines": "g"}
    found = reads(body, event)
    assert {
        ("/kind", "equals", "invoice"),
        ("/kind", "startswith", "in"),
        ("/tags", "equals", "x"),
        ("/mail", "contains", "@"),
        ("/mail", "matches", r"\A(?:[a-z]+)"),
        ("/count", "cast", "int"),
        ("/parcel", "mapping", "weight"),
        ("/lines", "sequence", "append"),
    } <= found


def test_a_key_with_marks_of_the_address_language_is_escaped(reads: Reads) -> None:
    assert ("/a~1b~2c", "present", None) in reads("event['a/b!c']", {"a/b!c": 1})


def test_a_deep_copy_is_followed_like_its_original(reads: Reads) -> None:
    found = reads("import copy\ncopy.deepcopy(event)['a'].get('b')", {"a": {}})
    assert ("/a/b", "missing", None) in found


def test_the_text_of_an_object_beside_the_event_is_recognised(reads: Reads) -> None:
    text = json.dumps({"title": "sample"})
    body = f"json.loads({text!r}.encode())['title']\njson.loads({text!r})['author'] if 0 else None"
    found = reads(body, {}, extra={"@object/body": text})
    assert ("@object/body", "decode", "json") in found
    assert ("@object/body!json/title", "present", None) in found


def test_nothing_is_noted_outside_of_a_learning_call(running: Callable[..., Any]) -> None:
    code = "import json\ndef handler(event, context):\n    return json.loads(event['a'])['b']\n"
    event = json.dumps({"a": '{"b": 1}'}).encode()
    with running(code) as target:
        assert target.invoke(event, learn=True).reads
        assert target.invoke(event).reads == ()


@pytest.mark.parametrize(
    "lines",
    [
        "io.StringIO(text)",
        "text.splitlines()",
        "(line for line in text.splitlines(True))",
        "io.TextIOWrapper(io.BytesIO(text.encode()))",
    ],
)
def test_the_fields_of_a_table_are_followed(reads: Reads, lines: str) -> None:
    body = (
        "import csv, io\n"
        "text = event['body']\n"
        f"for row in csv.DictReader({lines}):\n"
        "    row['mail'], row.get('plan', 'free')\n"
        f"rows = csv.reader({lines})\n"
        "assert next(rows) == ['mail', 'name']\n"
        "for row in rows:\n"
        "    assert row == ['a@example.com', 'Ada'], row\n"
        "    row[1]\n"
        "    try: row[3]\n"
        "    except IndexError: pass\n"
    )
    found = reads(body, {"body": "mail,name\r\na@example.com,Ada\r\n"})
    assert ("/body", "decode", "csv") in found
    assert ("/body!csv/0/mail", "present", None) in found
    assert ("/body!csv/0/plan", "missing", "free") in found
    assert ("/body!csv/0/name", "present", None) in found
    assert {
        ("/body!csv/0/field2", "missing", None),
        ("/body!csv/0/field3", "missing", None),
    } <= found


def test_a_mapping_that_the_application_goes_through_is_told(reads: Reads) -> None:
    body = "for name, value in event['wishes'].items(): pass\njson.dumps(event['other'])\n"
    found = reads(body, {"wishes": {"a": 1}, "other": {"b": 1}})
    assert {address for address, kind, _ in found if kind == "walked"} == {"/wishes"}
