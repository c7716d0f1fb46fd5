"""Checks and conversions that a text cannot notice by itself are learnt all the same."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from harness.targets.local import LocalTarget

Running = Callable[..., AbstractContextManager[LocalTarget]]
Told = set[tuple[str, str, Any]]


def learnt(running: Running, code: str, event: Any, **options: Any) -> Told:
    with running(code, **options) as target:
        outcome = target.invoke(json.dumps(event).encode(), learn=True, extra={})
    assert outcome.error is None, outcome.error
    return {(read.address, read.kind, read.value) for read in outcome.reads}


def test_compiled_patterns_wherever_they_are_kept(running: Running, runtime: str) -> None:
    code = """import re
MAIL = re.compile(r"[^@]+@[^@]+")
KINDS = {"order": re.compile("ORD-[0-9]+")}
ROUTES = [("GET", re.compile("/items/(?P<id>[0-9]+)"))]
class Form:
    ZIP = re.compile("[0-9]{5}")
def handler(event, context):
    MAIL.fullmatch(event["mail"])
    KINDS["order"].match(event["order"])
    for method, pattern in ROUTES:
        pattern.search(event["path"])
    Form.ZIP.match(string=event["zip"])
    re.compile("[a-f]+", re.I).match(event["hex"])
    return [isinstance(MAIL, re.Pattern), MAIL.sub("-", "a@b"), bool(re.match(MAIL, event["mail"]))]
"""
    event = {"mail": "a", "order": "b", "path": "c", "zip": "d", "hex": "e"}
    assert {
        ("/mail", "matches", r"\A(?:[^@]+@[^@]+)\Z"),
        ("/order", "matches", r"\A(?:ORD-[0-9]+)"),
        ("/path", "matches", "/items/(?P<id>[0-9]+)"),
        ("/zip", "matches", r"\A(?:[0-9]{5})"),
        ("/hex", "matches", r"(?i:\A(?:[a-f]+))"),
    } <= learnt(running, code, event, runtime=runtime)


def test_conversions(running: Running, runtime: str) -> None:
    code = """import datetime, decimal, time, uuid
from datetime import date, datetime as moment
from decimal import Decimal
def tried(call, value):
    try:
        return call(value)
    except (ArithmeticError, ValueError):
        return None
def handler(event, context):
    tried(Decimal, event["price"])
    tried(decimal.Decimal, event["rate"])
    tried(bytes.fromhex, event["hex"])
    tried(date.fromisoformat, event["day"])
    tried(moment.fromisoformat, event["at"])
    tried(datetime.time.fromisoformat, event["hour"])
    tried(lambda value: moment.strptime(value, "%d.%m.%Y"), event["born"])
    tried(lambda value: time.strptime(value, "%H:%M"), event["clock"])
    tried(uuid.UUID, event["id"])
    tried(lambda value: int(value, 16), event["base"])
    tried(lambda value: uuid.UUID(hex=value), event["other"])
"""
    names = "price rate hex day at hour born clock id base other"
    event = {name: name + "-xyz" for name in names.split()}
    assert {
        ("/price", "cast", "decimal"),
        ("/rate", "cast", "decimal"),
        ("/hex", "decode", "hex"),
        ("/day", "cast", "date"),
        ("/at", "cast", "datetime"),
        ("/hour", "cast", "time"),
        ("/born", "cast", "datetime %d.%m.%Y"),
        ("/clock", "cast", "datetime %H:%M"),
        ("/id", "cast", "uuid"),
        ("/base", "cast", "int"),
        ("/other", "cast", "uuid"),
    } <= learnt(running, code, event, runtime=runtime)


def test_numbers_and_lengths(running: Running, runtime: str) -> None:
    code = """def handler(event, context):
    if int(event["page"]) > 100 or float(event["rate"]) <= 0.5:
        pass
    if event["count"] >= 3 and 7 > event["weight"] and event["count"] == 9:
        pass
    if len(event["name"]) > 20 or len(event["code"]) == 4 or len(event["items"]) < 2:
        pass
    event["digits"].isdigit() or event["letters"].isalpha()
"""
    event = {
        "page": "1",
        "rate": "2",
        "count": 5,
        "weight": 1.5,
        "name": "n",
        "code": "c",
        "items": [1, 2],
        "digits": "x",
        "letters": "1",
    }
    assert {
        ("/page", "cast", "int"),
        ("/page", "greater", 100),
        ("/rate", "less", 0.5),
        ("/count", "greater", 3),
        ("/count", "equals", 9),
        ("/weight", "less", 7),
        ("/name", "length", 21),
        ("/name", "length", 20),
        ("/code", "length", 4),
        ("/items", "length", 1),
        ("/items", "length", 2),
        ("/digits", "matches", "[0-9]+"),
        ("/letters", "matches", "[A-Za-z]+"),
    } <= learnt(running, code, event, runtime=runtime)


def test_texts_that_a_value_is_looked_up_among(running: Running, runtime: str) -> None:
    code = """import enum
ROLES = {"admin", "owner"}
HANDLERS = {"create": 1, "drop": 2}
class Status(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"
class Kept:
    COLOURS = frozenset({"red"})
    def handles(self, colour):
        return colour in self.COLOURS
def handler(event, context):
    kinds = {"a": 1}
    if event["kind"] in {"invoice", "receipt"}:
        pass
    if event["role"] not in ROLES:
        pass
    HANDLERS.get(event["action"])
    try:
        kinds[event["letter"]]
    except KeyError:
        pass
    try:
        Status(event["status"])
    except ValueError:
        pass
    Kept().handles(event["colour"])
    if event["auth"].startswith("Bearer ") and event["auth"][7:] == "x":
        pass
    out = {event["kind"]: 1, "unrelated": 2}
"""
    names = "kind role action letter status colour auth"
    told = learnt(running, code, {name: name for name in names.split()}, runtime=runtime)
    assert {
        ("/kind", "equals", "invoice"),
        ("/kind", "equals", "receipt"),
        ("/role", "equals", "admin"),
        ("/role", "equals", "owner"),
        ("/action", "equals", "create"),
        ("/action", "equals", "drop"),
        ("/letter", "equals", "a"),
        ("/status", "equals", "open"),
        ("/status", "equals", "closed"),
        ("/colour", "equals", "red"),
    } <= told
    assert ("/kind", "equals", "unrelated") not in told


def test_match_statements(running: Running) -> None:
    code = """def handler(event, context):
    match event:
        case {"kind": "invoice", "total": int(total)} if total > 10:
            return total
        case {"kind": "credit" | "refund", "reason": reason}:
            return reason
        case {"items": [{"sku": sku}, *_]}:
            return sku
"""
    event = {"kind": "a", "items": [{"sku": "b"}]}
    told = learnt(running, code, event)
    assert {("/total", "missing", None), ("/reason", "missing", None)} <= told
    assert ("/items/0/sku", "present", None) in told
    told = learnt(running, code, {**event, "total": 5, "reason": "b"})
    assert {("/kind", "equals", word) for word in ("invoice", "credit", "refund")} <= told
    assert ("/total", "greater", 10) in learnt(running, code, {"kind": "invoice", "total": 5})


def test_mail_is_followed_into_headers_body_and_attachments(running: Running, runtime: str) -> None:
    code = """import email, json
def handler(event, context):
    message = email.message_from_string(event["mail"])
    if message["Subject"] == "order":
        pass
    message.get("X-Kind"), "Reply-To" in message
    parts = [part for part in message.walk() if not part.is_multipart()]
    json.loads(parts[0].get_payload())["sku"]
    return email.message_from_bytes(event["mail"].encode())["To"]
"""
    mail = 'Subject: hello\r\nTo: someone\r\n\r\n{"sku": "abc"}\r\n'
    inside = "/mail!mime"
    assert {
        ("/mail", "decode", "mime"),
        (inside + "/headers/Subject", "equals", "order"),
        (inside + "/headers/X-Kind", "missing", None),
        (inside + "/headers/Reply-To", "missing", None),
        (inside + "/headers/To", "present", None),
        (inside + "/text", "decode", "json"),
        (inside + "/text!json/sku", "present", None),
    } <= learnt(running, code, {"mail": mail}, runtime=runtime)


def test_json_in_yaml_is_followed_though_the_text_may_be_more_than_json(running: Running) -> None:
    code = """import yaml
def handler(event, context):
    return yaml.safe_load(event["body"])["kind"] == "a", yaml.safe_load("b: 1")
"""
    told = learnt(running, code, {"body": '{"kind": "x"}'}, requirements="pyyaml\n")
    assert ("/body!json/kind", "equals", "a") in told
    assert ("/body", "decode", "json") not in told
