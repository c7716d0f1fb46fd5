"""The handler cannot tell that it is watched, nor that it is learnt."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.model import Outcome
from harness.targets.local import LocalTarget

Called = Callable[..., Outcome]
Running = Callable[..., AbstractContextManager[LocalTarget]]

BAG = """
import json, sqlite3, base64, re, os, copy, pickle
from urllib.parse import parse_qs, unquote_plus
from http.cookies import SimpleCookie

def failing(call):
    try:
        return call()
    except Exception as error:
        return [type(error).__name__, str(error)]

def apart(event):
    copied = copy.deepcopy(event)
    copied["list"].append(9)
    copied["map"]["inner"]["x"] = 2
    shallow = copy.copy(event)
    shallow["new"] = 1
    return [event["list"], event["map"], copied["map"], "new" in event]

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
        "keywords": [json.loads(s="[1]"), base64.b64decode(s="aGk=").decode(), parse_qs(qs="a=1"),
                     unquote_plus(string="a+b"), bool(re.match(pattern="h", string="hello"))],
        "deep copy": apart(event),
        "cast": [int(event["number"]), float(event["number"]), int(event["number"], 16)],
        "nested": json.loads(event["nest"]) == json.loads("[" * 300 + "]" * 300),
        "errors": [failing(lambda: json.loads(event["text"])), failing(lambda: event["nothing"]),
                   failing(lambda: event["text"]["key"]), failing(lambda: event["text"].get),
                   failing(lambda: event["list"]["key"]), failing(lambda: int(event["text"]))],
        "environment": sorted(k for k in os.environ if "FAASFUZZ" in k.upper()),
    }
    return out
"""
EVENT = {
    "number": "12",
    "nest": "[" * 300 + "]" * 300,
    "map": {"inner": {"x": 1}},
    "text": "hello",
    "list": [3, 1, 2],
    "json": '{"deep": {"er": [1, "two"]}}',
}


def test_the_handler_does_the_same_with_sensors_and_while_it_is_learnt(
    running: Running, runtime: str
) -> None:
    event = json.dumps(EVENT).encode()
    with running(BAG, runtime=runtime, sensors=False) as plain:
        expected = plain.invoke(event)
    assert expected.error is None, expected.error
    with running(BAG, runtime=runtime) as observed:
        assert observed.invoke(event).response == expected.response
        assert observed.invoke(event, learn=True).response == expected.response
        assert observed.invoke(event).response == expected.response
    assert expected.response["environment"] == []


def test_a_reloaded_module_and_its_names_are_as_without_sensors(called: Called) -> None:
    body = (
        "import importlib, sqlite3, wave, inspect\n"
        "before = sqlite3.connect\n"
        "again = importlib.reload(wave)\n"
        "return [again is wave, type(wave.__loader__).__name__, sqlite3.connect is before,\n"
        "        wave.__spec__.loader is wave.__loader__, json.loads.__name__,\n"
        "        str(inspect.signature(json.loads))[:3], inspect.getsource(wave)[:3]]"
    )
    outcome = called(body)
    assert outcome.response == [
        True, "SourceFileLoader", True, True, "loads", "(s,", '"""',
    ]  # fmt: skip


def test_no_library_is_loaded_for_the_sensors_sake(called: Called) -> None:
    body = (
        "import sys\n"
        "return sorted({'sqlite3', 'yaml', 'jinja2', 'socket', 'pickle'} & set(sys.modules))"
    )
    plain = called(body, sensors=False).response
    assert called(body).response == plain


def test_an_error_is_reported_without_our_frames(called: Called) -> None:
    error = called("return int(json.loads('[1'))").error
    assert error is not None
    assert error.type == "JSONDecodeError"
    assert not any("faasfuzz_sensors" in line for line in error.trace)
