"""What a learning call of a Node.js function tells of the fields that its handler reads."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

from harness.model import Outcome

CalledNode = Callable[..., Outcome]
Found = set[tuple[str, str, Any]]


def learnt(called_node: CalledNode, body: str, event: Any, **options: Any) -> Found:
    outcome = called_node(body, event, learn=True, **{"extra": {}, **options})
    assert outcome.error is None, outcome.error
    return {(read.address, read.kind, read.value) for read in outcome.reads}


def test_reads_are_followed_through_encodings(called_node: CalledNode) -> None:
    inner = json.dumps({"blob": "c2FtcGxl", "list": [{"a": 1}]})
    body = (
        "const body = JSON.parse(event.Records[0].body);\n"
        "const data = Buffer.from(body.blob, 'base64').toString();\n"
        "const { kind = 'plain', list: [{ b }] } = body;\n"
        "body.blob.length; data.trim().startsWith('in');\n"
    )
    found = learnt(called_node, body, {"Records": [{"body": inner}]})
    inside = "/Records/0/body!json"
    assert {
        ("/Records/0/body", "decode", "json"),
        (inside + "/blob", "decode", "base64"),
        (inside + "/kind", "missing", None),
        (inside + "/list/0/b", "missing", None),
        (inside + "/blob!base64", "startswith", "in"),
    } <= found
    assert not [read for read in found if read[0].endswith(("/length", "/then", "/toJSON"))]


def test_json_in_gzip_in_base64_is_followed_sync_and_async(called_node: CalledNode) -> None:
    packed = base64.b64encode(gzip.compress(json.dumps({"logEvents": []}).encode())).decode()
    for unpack in ("require('zlib').gunzipSync", "await promisify(require('zlib').gunzip)"):
        body = f"JSON.parse({unpack}(Buffer.from(event.awslogs.data, 'base64'))).owner"
        found = learnt(called_node, body, {"awslogs": {"data": packed}})
        assert ("/awslogs/data!base64!gzip!json/owner", "missing", None) in found


def test_form_fields_and_object_keys_are_followed(called_node: CalledNode) -> None:
    body = (
        "const params = new URLSearchParams(event.body);\n"
        "params.get('user'); params.has('colour');\n"
        "Object.fromEntries(new URLSearchParams(event.other)).size;\n"
        "require('querystring').parse(event.third).shape;\n"
        "decodeURIComponent(event.key.replace(/\\+/g, ' ')).endsWith('.png');\n"
        "decodeURIComponent(event.path);\n"
    )
    event = {"body": "user=x1", "other": "a=xyz", "third": "b=uvw", "key": "a%20b", "path": "c%20d"}
    assert {
        ("/body", "decode", "form"),
        ("/body!form/user", "present", None),
        ("/body!form/colour", "missing", None),
        ("/other!form/size", "missing", None),
        ("/third!form/shape", "missing", None),
        ("/key", "decode", "url"),
        ("/key!url", "endswith", ".png"),
        ("/path", "decode", "percent"),
    } <= learnt(called_node, body, event)


def test_comparisons_casts_and_misuse_are_seen(called_node: CalledNode) -> None:
    body = (
        "['cat', 'dog'].includes(event.animal); new Set(['red']).has(event.colour);\n"
        "new Map([['up', 1]]).get(event.way); Object.hasOwn({ go: 1 }, event.verb);\n"
        "event.tags.split(',').includes('x'); event.list.includes('y');\n"
        "event.mail.includes('@'); /[a-z]+/.test(event.mail);\n"
        "Number(event.count); parseInt(event.size, 10);\n"
        "event.parcel.weight; try { event.lines.map(1) } catch {}\n"
        "for (const letter of event.word) break;\n"
    )
    names = ["animal", "colour", "way", "verb", "mail", "count", "size", "parcel", "lines", "word"]
    event = {name: f"{name}-value" for name in names} | {"tags": "d1,e1", "list": ["zzz"]}
    assert {
        ("/animal", "equals", "cat"),
        ("/animal", "equals", "dog"),
        ("/colour", "equals", "red"),
        ("/way", "equals", "up"),
        ("/verb", "equals", "go"),
        ("/tags", "equals", "x"),
        ("/list/0", "equals", "y"),
        ("/mail", "contains", "@"),
        ("/mail", "matches", "[a-z]+"),
        ("/count", "cast", "float"),
        ("/size", "cast", "int"),
        ("/parcel", "mapping", "weight"),
        ("/lines", "sequence", "map"),
        ("/word", "iterated", None),
    } <= learnt(called_node, body, event)


def test_a_copy_is_no_read_of_each_field(called_node: CalledNode) -> None:
    body = "const all = { ...event.headers }; Object.entries(event.headers); JSON.stringify(event)"
    found = learnt(called_node, body, {"headers": {"a": "1", "b": "2"}})
    assert {read for read in found if read[0].startswith("/headers/")} == set()


def test_a_key_with_marks_of_the_address_language_is_escaped(called_node: CalledNode) -> None:
    assert ("/a~1b~2c", "present", None) in learnt(called_node, "event['a/b!c']", {"a/b!c": 1})


def test_the_text_of_an_object_beside_the_event_is_recognised(called_node: CalledNode) -> None:
    text = json.dumps({"title": "sample"})
    body = f"JSON.parse(Buffer.from({text!r}).toString()).author"
    found = learnt(called_node, body, {}, extra={"@object/body": text})
    assert ("@object/body!json/author", "missing", None) in found


def test_reads_of_libraries_count_and_their_probing_does_not(
    called_node: CalledNode, tmp_path: Any
) -> None:
    package = tmp_path / "node_modules" / "lib"
    package.mkdir(parents=True)
    (package / "index.js").write_text(
        "module.exports = (e) => [e.field, e.text.pipe, e.list.each];"
    )
    found = learnt(called_node, "require('lib')(event)", {"text": "abc", "list": []})
    assert ("/field", "missing", None) in found
    assert not [read for read in found if read[1] in ("mapping", "sequence")]


BAG = """
const failing = (call) => { try { return call(); } catch (error) { return String(error); } };
const util = require('util'); const assert = require('assert');
const plain = JSON.parse('{"text":"hello","list":[3,1,2],"map":{"inner":{"x":1}}}');
const copy = structuredClone(event);
copy.map.inner.x = 2; copy.list.push(9);
const { text, ...rest } = event;
const params = new URLSearchParams('a=1&a=2');
class Own { static is(value) { return value instanceof Object; } }
event.same = event.map;
const frozen = Object.freeze(JSON.parse(event.json));
return [
  JSON.stringify(event), util.inspect(event), util.format('%j %o', event.map, event.list),
  Array.isArray(event.list), Array.isArray(event), typeof event, typeof event.text,
  Object.prototype.toString.call(event.list), Object.prototype.toString.call(event.text),
  Object.prototype.toString.call(new String('x')), String({}), String(event.map),
  event.constructor === Object, Own.is(event),
  event.map === event.map, event.same === event.map, 'text' in event, 'nothing' in event,
  Object.keys(event), Object.entries(event.map), Object.getOwnPropertyNames(event.map),
  { ...event.map, z: 1 }, [...event.list], Math.max(...event.list), event.list.concat([4]),
  [...event.list].sort(), event.list.map((x) => x + 1), event.list.slice(1), event.list.length,
  event.list.flat(), Array.from(event.list), event.list.at(-1), rest.number, copy.map, event.map,
  event.text.split('l'), event.text.toUpperCase(), `${event.text}!`, [...event.text].length,
  event.text.replace('l', 'L'), event.text.match(/l+/)[0], event.text.padStart(8),
  event.text.nothing, 'map' in String.prototype, Number(event.number), +event.number,
  Number.isInteger(Number(event.number)), parseInt(event.number, 16),
  new Number(5) instanceof Number,
  (5).constructor === Number, Number.name, Number.MAX_SAFE_INTEGER, BigInt(event.number).toString(),
  util.isDeepStrictEqual(event.list, plain.list), util.types.isProxy(event),
  failing(() => assert.deepStrictEqual(event.map, plain.map)),
  failing(() => event.text.map()), failing(() => event.nothing.deep), failing(() => event.text()),
  failing(() => JSON.parse(event.text)), failing(() => decodeURIComponent('%')),
  failing(() => { 'use strict'; frozen.deep = 1; }).slice(0, 30), failing(() => event.list.push()),
  frozen.deep.er, Object.isFrozen(frozen), JSON.parse(event.json, (k, v) => v).deep,
  Buffer.from(event.text).toString('base64'), Buffer.from('aGk=', 'base64').toString(),
  atob('aGk='),
  params.getAll('a'), params instanceof URLSearchParams, String(params), Object.fromEntries(params),
  require('querystring').parse('a=1&b=2'),
  require('zlib').gunzipSync(require('zlib').gzipSync('x')),
  JSON.parse.name, JSON.parse.length, fs.readFileSync.name, fs.readFileSync.length,
  exec[promisify.custom] !== undefined, (await promisify(exec)('echo hi')).stdout,
  String(fs.readFile).slice(0, 8), fetch.name, typeof fetch, eval('text + 1'),
  new Function('a', 'return a + 1')(1), await Promise.resolve(event.map), delete event.list,
  'list' in event, (event.added = 1), event.added, Object.keys(event).length,
  Object.keys(process.env).filter((name) => name.includes('FAASFUZZ')),
  Object.keys(Object.prototype), Object.getOwnPropertyNames(globalThis).length > 50,
  require('v8').deserialize(require('v8').serialize(event.map)), Error.prepareStackTrace,
  JSON.parse('[' .repeat(600) + ']'.repeat(600)).length, new RegExp('h(.)').exec(event.text)[1],
];
"""
EVENT = {
    "number": "12",
    "map": {"inner": {"x": 1}},
    "text": "hello",
    "list": [3, 1, 2],
    "json": '{"deep": {"er": [1, "two"]}}',
}


def test_the_handler_does_the_same_with_sensors_and_while_it_is_learnt(
    called_node: CalledNode,
) -> None:
    expected = called_node(BAG, EVENT, sensors=False)
    assert expected.error is None, expected.error
    for learn in (False, True):
        outcomes = called_node(BAG, EVENT, times=2, learn=learn, extra={})
        assert isinstance(outcomes, list)
        for outcome in outcomes:
            assert outcome.error is None, outcome.error
            for got, wanted in zip(outcome.response, expected.response, strict=True):
                assert got == wanted


def test_nothing_is_noted_outside_of_a_learning_call(called_node: CalledNode) -> None:
    assert called_node("return JSON.parse(event.a).b", {"a": '{"b": 1}'}).reads == ()


def test_an_error_is_reported_without_our_frames(called_node: CalledNode) -> None:
    outcome = called_node("return fs.readFileSync('/nowhere')")
    assert outcome.error is not None
    assert outcome.error.type == "Error"
    assert "sensors/node" not in outcome.raw
