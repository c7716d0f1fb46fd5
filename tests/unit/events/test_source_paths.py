"""The addresses that a handler reads, guessed from its source, and a seed that has them."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.events.seed import Seed, make_seed
from harness.events.shapes.guess import with_paths
from harness.events.shapes.source import paths
from harness.model import Address, Function, Trigger

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}


def leaves(folder: Path, text: str, name: str = "app.js", handler: str = "app.handler") -> set[str]:
    """The paths which no other path goes on from."""
    (folder / name).write_text(dedent(text))
    found = paths(folder, handler)
    assert len(set(found)) == len(found)
    for at, path in enumerate(found):
        holder = str(Address(Address.parse(path).steps[:-1]))
        assert holder == "" or holder in found[:at], path
    return {p for p in found if not any(o.startswith((f"{p}/", f"{p}!")) for o in found)}


def seed(id: str) -> Seed:
    function = Function(name="F", runtime="python3.11", handler="app.handler", code=None)
    return make_seed(TEMPLATES[id], Trigger(template=id), function)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("return event.detail.order.id.trim()", "/detail/order/id"),
        ("return event?.['detail']?.order", "/detail/order"),
        ("const {a: {b = 1}} = event; return b", "/a/b"),
        ("let d; ({d} = event); return d.x", "/d/x"),
        ("const b = JSON.parse(event.body ?? '{}'); return b.items[0].sku",
         "/body!json/items/0/sku"),
        ("const b = typeof event.body === 'string' ? JSON.parse(event.body) : event.body; b.x",
         "/body!json/x"),
        ("const r = Buffer.from(event.data, 'base64').toString(); JSON.parse(r).x",
         "/data!base64!json/x"),
        ("for (const r of event.Records) { console.log(r.body) }", "/Records/0/body"),
        ("event.items.forEach(i => i.sku)", "/items/0/sku"),
        ("event.items.filter(({ok}) => ok)", "/items/0/ok"),
        ("event.items.map(i => i.order).forEach(o => o.id)", "/items/0/order/id"),
        ("event.items.forEach(label)", "/items/0/label"),
        ("event.items.reduce((sum, i) => sum + i.price, 0)", "/items/0/price"),
        ("return read(event.order)", "/order/deep/value"),
        ("return event.a.concat(event.b.trim())", "/a /b"),
        ("const p = new URLSearchParams(event.body); return p.get('page')", "/body!form/page"),
        ("const p = JSON.parse(event.a); return event.items.length", "/a!json /items"),
        ("try { x() } catch (e) { return event.why } finally { event.last }", "/why /last"),
    ],
)  # fmt: skip
def test_what_javascript_reads(tmp_path, text, found) -> None:
    got = leaves(
        tmp_path,
        f"""
        exports.handler = async (event, context) => {{ {text} }};
        function label(item) {{ return item.label; }}
        const read = (order) => {{ const deep = order.deep; return deep.value; }};
        """,
    )
    assert got == set(found.split())


@pytest.mark.parametrize(
    "text",
    [
        "exports.handler = function (e) { return e.a };",
        "module.exports.handler = async e => e.a;",
        "export async function handler(e) { return e.a }",
        "export const handler = async ({ a }) => a;",
        "const main = (e) => e.a; exports.handler = main;",
        "const main = (e) => e.a; module.exports = { handler: main };",
        "const main = (e) => e.a; export { main as handler };",
        "const main = async (e) => e.a; export const handler = middy(main).use(parser());",
        "exports.handler = awslambda.streamifyResponse(async (e, out) => { out.write(e.a) });",
        "class A { run(e) { return e.a } } const a = new A(); exports.handler = (x) => a.run(x);",
    ],
)
def test_a_handler_is_found_however_it_is_exported(tmp_path, text) -> None:
    assert leaves(tmp_path, text) == {"/a"}


def test_what_typescript_reads_through_its_types(tmp_path) -> None:
    text = """
    export const handler: Handler<E> = async (event: E, context?: Context): Promise<void> => {
      const order = JSON.parse(event.body!) as Order;
      return (order satisfies Order).customer!.id;
    };
    """
    assert leaves(tmp_path, text, "app.ts") == {"/body!json/customer/id"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('return event["detail"]["order"].get("id", "x").strip()', "/detail/order/id"),
        ('body = json.loads(event.get("body") or "{}")\n    return body["a"]', "/body!json/a"),
        ('for i, r in enumerate(event["Records"]):\n        print(r["body"])', "/Records/0/body"),
        ('return [i["sku"] for i in event["items"] if i["ok"]]', "/items/0/sku /items/0/ok"),
        ('data = event["data"]\n    data = data["inner"]\n    return data["x"]', "/data/inner/x"),
        ('return unquote_plus(event[KEY]["name"])', "/key/name!url"),
        ('return json.loads(base64.b64decode(event["d"]))["x"]', "/d!base64!json/x"),
        ('return event["a"].replace("x", event["b"])', "/a /b"),
        ("return Reader().take(event)", "/deep/value"),
        ("return read(order=event['o'])", "/o/value"),
        ('match event:\n        case {"kind": {"a": x}}: return x["y"]', "/kind/a/y"),
        ('if (x := event.get("x")): return x["y"]', "/x/y"),
        ('with event["a"] as a:\n        raise ValueError(f"no {a[0]}")', "/a/0"),
    ],
)
def test_what_python_reads(tmp_path, text, found) -> None:
    code = (
        'KEY = "key"\n'
        f"def handler(event, context):\n    {text}\n"
        "class Reader:\n    def take(self, e):\n        return read(e['deep'])\n"
        "def read(order):\n    return order['value']\n"
    )
    assert leaves(tmp_path, code, "app.py") == set(found.split())


def test_routes_of_a_framework_read_the_event_which_it_hands_out(tmp_path) -> None:
    text = """
    app = APIGatewayRestResolver()
    @app.post("/orders/<id>")
    def create(id):
        return app.current_event.json_body["total"], id["x"]
    def handler(event, context):
        return app.resolve(event, context)
    """
    assert leaves(tmp_path, text, "app.py") == {"/body!json/total"}


def test_a_routine_of_another_file_is_followed_and_one_that_calls_itself_ends(tmp_path) -> None:
    (tmp_path / "lib.js").write_text("exports.walk = (n) => { walk(n.next); return n.value };")
    (tmp_path / "apart.js").write_text("exports.walk = (n) => n.apart;")
    text = 'const lib = require("./lib"); exports.handler = (e) => lib.walk(e.tree);'
    found = leaves(tmp_path, text)
    assert "/tree/value" in found
    assert "/tree/apart" not in found
    assert len(found) < 20


@pytest.mark.parametrize("handler", ["src/app.handler", "src.app.handler", "dist/app.handler"])
def test_the_handlers_file_may_lie_deeper_or_be_compiled_elsewhere(tmp_path, handler) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.ts").write_text("export const handler = (e: E) => e.a;")
    assert paths(tmp_path, handler) == ("/a",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "exports.handler = (",
        "exports.other = (e) => e.a;",
        f"exports.handler = (e) => {'(' * 5000}e.a{')' * 5000};",
    ],
    ids=["empty", "broken", "another", "nested"],
)
def test_source_that_tells_nothing(tmp_path, text) -> None:
    assert leaves(tmp_path, text) == set()
    assert paths(tmp_path, "missing.handler") == ()


def test_a_seed_has_the_fields_that_the_source_reads_and_each_is_a_point() -> None:
    found = ("/body", "/body!json", "/body!json/items", "/body!json/items/0",
             "/body!json/items/0/sku", "/body!json/customer", "/body!json/customer/id",
             "/queryStringParameters", "/queryStringParameters/page")  # fmt: skip
    grown = with_paths(seed("aws.apigateway.http"), found)
    body = json.loads(grown.event["body"])
    assert body["items"] == [{"sku": "sample-sku"}]
    assert body["customer"] == {"id": "sample-id"}
    points = {str(point) for point in grown.points}
    assert {"/body!json/items/0/sku", "/body!json/customer/id"} <= points
    assert "/queryStringParameters/page" in points


def test_a_seed_of_a_queue_grows_inside_its_message_and_nowhere_else() -> None:
    start = seed("aws.sqs.message")
    found = ("/Records", "/Records/0", "/Records/0/body", "/Records/0/body!json",
             "/Records/0/body!json/order", "/Records/0/body!json/order/id", "/trace")  # fmt: skip
    grown = with_paths(start, found)
    body = json.loads(grown.event["Records"][0]["body"])
    assert body["order"] == {"id": "sample-id"}
    assert "trace" not in grown.event
    assert with_paths(start, ()) is start


def test_a_body_that_a_middleware_decodes_grows_inside_its_text() -> None:
    grown = with_paths(seed("aws.apigateway.rest"), ("/body", "/body/order", "/body/order/id"))
    assert json.loads(grown.event["body"])["order"] == {"id": "sample-id"}
    assert "/body!json/order/id" in {str(point) for point in grown.points}


def test_a_direct_event_is_made_of_nothing_but_paths() -> None:
    grown = with_paths(
        seed("aws.lambda.direct-invoke"),
        ("/parcel", "/parcel/weight", "/data", "/data!base64", "/data!base64!json",
         "/data!base64!json/x"),
    )  # fmt: skip
    assert grown.event["parcel"] == {"weight": "sample-weight"}
    assert grown.read(Address.parse("/data!base64!json/x")) == "sample-x"
