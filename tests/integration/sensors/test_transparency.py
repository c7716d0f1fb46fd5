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


TYPED = """
import base64, copy, datetime, decimal, email, enum, functools, json, math, pickle, re, sqlite3
import sys, time, types, uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Optional, Union

WORD = re.compile("(?P<first>[a-z])[a-z]*")
PATTERNS = [("word", WORD), WORD]
class Kept:
    WORD = WORD
KINDS = {"hello": 1, "other": 2}
class Status(enum.Enum):
    HELLO = "hello"

def failing(call):
    try:
        return call()
    except Exception as error:
        return [type(error).__name__, str(error)]

class Money(Decimal):
    pass

def inside(event):
    @dataclass
    class Made:
        when: Optional[date]
        price: Union[Decimal, int]
    class More(Decimal):
        pass
    class Most(int):
        pass
    return [isinstance(More("1"), Decimal), Most(3) + 1, issubclass(Most, int),
            Made(date(2024, 1, 2), Decimal("1.5")).price, More.__mro__[1] is Money.__mro__[1]]

def numbers(event):
    n, f = event["count"], event["rate"]
    return [n + 1, n * f, n / 2, -n, n // 2, n % 2, n ** 2, abs(f), round(f, 1), int(f), str(n),
            repr(f), "%d %s %.2f" % (n, n, f), f"{n:04d} {n} {f}", n == 5, n > 2, 2 < n, n != 5.0,
            max(n, 3), sorted([3, n, f]), list(range(n)), "abcdefgh"[n], [0] * n, hash(n) == hash(5),
            {n: 1}[5], {5: 2}[n], isinstance(n, int), isinstance(f, float), isinstance(n, bool),
            json.dumps([n, f, {"n": n}]), pickle.loads(pickle.dumps(n)), copy.deepcopy([n, f]),
            math.floor(f), n.bit_length(), f.is_integer(), bool(n), n & 4, divmod(n, 2), sum([n, f]),
            event["flag"] is True, event["none"] is None, n in (5, 6), n in {5}, f in [1.5],
            sqlite3.connect(":memory:").execute("select ?, ?", (n, f)).fetchone()]

def handler(event, context):
    text, digits = event["text"], event["digits"]
    message = email.message_from_string("Subject: hi\\n\\nbody")
    mail = email.message_from_string(event["mail"])
    shown = type(int(digits)).__name__ if event["plain"] else "int"
    return {
        "numbers": numbers(event),
        "pattern": [WORD.match(text).groupdict(), WORD.sub("-", text), WORD.pattern, WORD.flags,
                    isinstance(WORD, re.Pattern), PATTERNS[0][1] == WORD, len({WORD, PATTERNS[1]}),
                    WORD.split("a-b"), repr(WORD), re.fullmatch(WORD, text).group(), WORD == Kept.WORD,
                    copy.deepcopy(WORD) == WORD, pickle.loads(pickle.dumps(WORD)).pattern,
                    [m.group() for m in WORD.finditer("ab cd")], bool(re.compile("h").match(text))],
        "int": [int(digits), int("7"), int(digits, 8), int(), int(3.9), int.from_bytes(b"a", "big"),
                isinstance(int(digits), int), isinstance(5, int), isinstance("5", (int, float)),
                issubclass(bool, int), list(map(int, "123")), int(digits) + 1, shown,
                int == type(5), {int: "i"}[type(5)], json.loads("1", parse_int=int), repr(int),
                failing(lambda: int(text)), failing(lambda: int(None)), int(digits) > 3, int.__name__],
        "float": [float(digits), float("1e3"), isinstance(1.5, float), float.fromhex("0x1p1"),
                  failing(lambda: float(text)), float(digits) / 2],
        "len": [len(text), len([1]), len(event), len(event["list"]), len(text) > 3, len(text) == 5,
                failing(lambda: len(5)), text[len(text) - 1], list(map(len, ["a", "bc"])),
                "x" * len(text), len(text) + 1, len(text) / 2],
        "bytes": [bytes.fromhex(event["hex"]), bytes(3), bytes("a", "utf-8"), isinstance(b"", bytes),
                  bytearray.fromhex("00ff"), failing(lambda: bytes.fromhex(text)), bytes.__name__],
        "decimal": [Decimal(digits) + 1, decimal.Decimal("1.10"), isinstance(Decimal(1), Decimal),
                    Decimal.from_float(0.5), isinstance(1, Decimal), type(Decimal(2)).__name__,
                    failing(lambda: Decimal(text)), decimal.getcontext().prec, Money("2") * 2,
                    pickle.loads(pickle.dumps(Decimal("3")))],
        "dates": [date.fromisoformat(event["day"]), datetime.datetime(2024, 1, 2).isoformat(),
                  datetime.datetime.strptime(event["day"], "%Y-%m-%d"), date(2024, 1, 2) < date.max,
                  isinstance(date(2024, 1, 2), date), isinstance(datetime.datetime.min, date),
                  datetime.timedelta(1), time.strptime(event["day"], "%Y-%m-%d").tm_year,
                  failing(lambda: date.fromisoformat(text)), datetime.date is date or date == date],
        "uuid": [uuid.UUID(event["id"]), uuid.UUID(int=5), failing(lambda: uuid.UUID(text))],
        "found": [text in KINDS, KINDS[text], KINDS.get(text), text in {"a", "hello"},
                  Status(text).name, failing(lambda: Status("none")), failing(lambda: KINDS["no"])],
        "asked": [text.isalpha(), digits.isdigit(), text.isupper(), text.isidentifier(),
                  text.casefold(), text.lstrip("h"), text.rstrip("o"), str.isalpha(text)],
        "mail": [message["Subject"], message.get_payload(), "To" in message, message["To"],
                 message.get("To", "none"), mail["Subject"], mail.keys(), mail.get_payload(),
                 mail.get_all("Subject"), mail.as_string(), mail.get_content_type()],
        "inside": inside(event),
        "names": sorted(name for name in globals() if not name.startswith("__")) if event["plain"]
                 else None,
        "module": [isinstance(datetime, types.ModuleType), decimal.__name__, sorted(dir(decimal))[:3]],
    }

def told(call):
    @functools.wraps(call)
    def wrapped(event, context):
        return json.loads(json.dumps(call(event, context), default=repr))
    return wrapped

handler = told(handler)
"""  # noqa: E501 - a table of expressions
TYPED_EVENT = {
    "count": 5,
    "rate": 1.5,
    "flag": True,
    "none": None,
    "text": "hello",
    "digits": "12",
    "hex": "00ff",
    "day": "2024-01-31",
    "id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "list": [1, 2, 3],
    "mail": "Subject: hello\nFrom: me\n\nthe body\n",
    "plain": False,
}


def test_types_and_numbers_are_the_same_with_sensors_and_while_they_are_learnt(
    running: Running, runtime: str
) -> None:
    event = json.dumps(TYPED_EVENT).encode()
    plain_event = json.dumps({**TYPED_EVENT, "plain": True}).encode()
    with running(TYPED, runtime=runtime, sensors=False) as plain:
        expected, fully = plain.invoke(event), plain.invoke(plain_event)
    assert expected.error is None, expected.error
    with running(TYPED, runtime=runtime, coverage=True) as observed:
        assert observed.invoke(plain_event).response == fully.response
        learnt = observed.invoke(event, learn=True)
        assert learnt.error is None, learnt.error
        assert learnt.response == expected.response
        assert observed.invoke(plain_event).response == fully.response  # and nothing is left of it


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
