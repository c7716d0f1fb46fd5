"""What sensors see in packages of Node.js: template engines, SQL drivers, deserialisers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.model import Outcome, SinkCall

PACKAGES = {
    "cookie": "1",
    "dot": "1",
    "ejs": "3",
    "eta": "3",
    "handlebars": "4",
    "js-yaml": "3.14.1",
    "ldapts": "7",
    "liquidjs": "10",
    "lodash": "4",
    "mongodb": "6",
    "mysql": "2",
    "mysql2": "3",
    "node-serialize": "0.0.4",
    "nunjucks": "3",
    "pg": "8",
    "pug": "3",
    "sql.js": "1",
    "underscore": "1",
    "xpath": "0.0.34",
}

ENGINES = [
    ("ejs", "require('ejs').render('<%= 2 * 3 %>')", "<%= 2 * 3 %>"),
    ("pug", "require('pug').render('| #{2 * 3}')", "| #{2 * 3}"),
    ("handlebars", "require('handlebars').compile('{{six}}')({ six: 6 })", "{{six}}"),
    ("nunjucks", "require('nunjucks').renderString('{{ 2 * 3 }}', {})", "{{ 2 * 3 }}"),
    ("lodash", "require('lodash').template('<%= 2 * 3 %>')()", "<%= 2 * 3 %>"),
    ("lodash", "require('lodash/template')('<%= 2 * 3 %>')()", "<%= 2 * 3 %>"),
    ("underscore", "require('underscore').template('<%= 2 * 3 %>')()", "<%= 2 * 3 %>"),
    ("dot", "require('dot').template('{{=2 * 3}}')()", "{{=2 * 3}}"),
    ("eta", "new (require('eta').Eta)().renderString('<%= 2 * 3 %>', {})", "<%= 2 * 3 %>"),
    ("liquidjs", "new (require('liquidjs').Liquid)().parseAndRenderSync('{{ 6 }}')", "{{ 6 }}"),
]

Called = Callable[..., Outcome]


@pytest.fixture
def with_packages(called_node: Called, tmp_path: Path) -> Called:
    """A call of a handler that has the packages above."""
    manifest = {"private": True, "dependencies": PACKAGES}
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    return called_node


def only(outcome: Outcome, category: str) -> list[SinkCall]:
    assert outcome.error is None, outcome.error
    return [sink for sink in outcome.sinks if sink.category == category]


@pytest.mark.parametrize(("engine", "body", "source"), ENGINES, ids=[e[1][:40] for e in ENGINES])
@pytest.mark.parametrize("learn", [False, True])
def test_a_template_is_told_with_its_engine(
    with_packages: Called, engine: str, body: str, source: str, learn: bool
) -> None:
    outcome = with_packages(f"return String({body})", learn=learn, extra={})
    told = only(outcome, "template")
    assert [(s.operation, s.arguments["source"], s.line) for s in told] == [(engine, source, 3)]
    assert outcome.response == "6"
    made = only(outcome, "code")
    assert all(sink.through for sink in made), made


QUERIES = [
    (
        "const { Client } = require('ldapts');"
        "await new Client({ url: 'ldap://127.0.0.1:9' }).search('dc=x', { filter: '(uid=me' })"
        ".catch(() => 0)",
        ("ldapts.search", "ldap", "(uid=me"),
    ),
    ("require('xpath').parse('//a[@b=1]')", ("xpath.parse", "xpath", "//a[@b=1]")),
    (
        "const { MongoClient } = require('mongodb');"
        "new MongoClient('mongodb://127.0.0.1/x').db().collection('y').find({ a: { $ne: [1] } })",
        ("mongodb.find", "mongo", {"a": {"$ne": [1]}}),
    ),
]


@pytest.mark.parametrize(("body", "told"), QUERIES, ids=[q[1][0] for q in QUERIES])
def test_a_query_that_is_no_sql_is_told(
    with_packages: Called, body: str, told: tuple[str, str, Any]
) -> None:
    (sink,) = only(with_packages(body, extra={}), "query")
    assert (sink.operation, sink.arguments["language"], sink.arguments["query"]) == told
    assert sink.line == 3


STATEMENT = "select name from item where name = 'x'"
DRIVERS = [
    (
        "sql.js",
        "const SQL = await require('sql.js')(); const db = new SQL.Database();"
        "db.run('create table item (name)'); return db.exec({statement})",
    ),
    ("pg", "const { Client } = require('pg'); new Client().query({statement}).catch(() => 0)"),
    ("pg", "const { Client } = require('pg'); new Client().query({ text: {statement} }, () => 0)"),
    (
        "mysql",
        "const c = require('mysql').createConnection({ port: 9 }); c.query({statement}, () => 0)",
    ),
    (
        "mysql2",
        "const c = require('mysql2').createConnection({ port: 9 });"
        "c.on('error', () => 0); c.execute({statement}, ['p'], () => 0)",
    ),
]


@pytest.mark.parametrize(("driver", "body"), DRIVERS)
def test_a_statement_is_told_before_it_runs(with_packages: Called, driver: str, body: str) -> None:
    code = body.replace("{statement}", json.dumps(STATEMENT))
    told = only(with_packages(code), "sql")
    statements = [s.arguments["statement"] for s in told]
    assert statements[-1] == STATEMENT
    assert {s.operation for s in told} == {f"{driver}.execute"}
    assert told[-1].file == "app.js"


def test_data_that_makes_functions_is_told(with_packages: Called) -> None:
    body = (
        "const yaml = require('js-yaml'), { unserialize } = require('node-serialize');\n"
        "const text = 'a: !!js/function \"function(){return 5}\"';\n"
        "yaml.load(text); try { yaml.safeLoad(text) } catch {}\n"
        'unserialize(\'{"a":"_$$ND_FUNC$$_function fzabcdefghjkmnpq(){return 1}()"}\');\n'
        'unserialize(\'{"a":"b"}\');\n'
    )
    told = only(with_packages(body), "deserialization")
    assert [(s.operation, s.line) for s in told] == [
        ("js-yaml.load", 5),
        ("node-serialize.load", 6),
    ]
    assert "fzabcdefghjkmnpq" in told[1].arguments["source"]


def test_cookies_are_followed(with_packages: Called) -> None:
    body = "const jar = require('cookie').parse(event.cookie); return [jar.a, jar.b]"
    event: Any = {"cookie": "a=1%20; c=2"}
    outcome = with_packages(body, event, learn=True, extra={})
    reads = {(r.address, r.kind) for r in outcome.reads}
    assert {("/cookie!cookie/a", "present"), ("/cookie!cookie/b", "missing")} <= reads
    assert ("/cookie", "decode") in reads
