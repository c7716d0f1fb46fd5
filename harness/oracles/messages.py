"""What a function sends on: its payload must not become structure of it.

Message tampering (CWE-74), mail headers (CWE-113) and formulas in tables (CWE-1236).
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_string
from email.policy import compat32
from typing import Any
from xml.parsers import expat

from harness.model import AwsCall, Case, Confidence, Verdict, Witness
from harness.oracles.base import texts_of
from harness.oracles.http import http_answer

_MAIL = frozenset({"SendRawEmail", "SendEmail"})
# Spreadsheets take a cell that begins so for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class MessageOracle:
    """A text that an AWS call carries is parsed; a name of the payload's own in it is structure."""

    rules = ("message-tampering", "header-injection", "csv-injection")

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        look = _LOOKS.get(trial.payload.rule)
        if look is None:
            return
        token = trial.canary.token
        for call in case.observation.calls:
            if not call.mutating:
                continue
            for name, text in texts_of(call.parameters):
                seen = look(text, token) if token in text and _fits(trial, call, name) else ""
                if seen:
                    yield _verdict(case, seen, f"aws:{call.service}.{call.operation}")
                    return
        if trial.payload.rule == "csv-injection":
            answer = http_answer(case, case.observation)
            if answer is not None and _is_table(answer.media_type, answer.header(_DISPOSITION)):
                seen = _formula(answer.body, token)
                if seen:
                    yield _verdict(case, seen, "response")


_DISPOSITION = "content-disposition"


def _verdict(case: Case, seen: str, where: str) -> Verdict:
    return Verdict(
        rule=case.trial.payload.rule,
        trial=case.trial,
        witness=Witness(kind="structure", seen=seen[:400], where=where),
        confidence=Confidence.CONFIRMED,
    )


def _fits(trial: Any, call: AwsCall, name: str) -> bool:
    """Whether a parameter is what the rule is about."""
    if trial.payload.rule == "header-injection":
        return call.operation in _MAIL and name in ("Data", "RawMessage")
    if trial.payload.rule == "csv-injection":
        kind = str(call.parameters.get("ContentType", ""))
        return name == "Body" and _is_table(kind, str(call.parameters.get("Key", "")))
    return True


def _is_table(media_type: str, name: str) -> bool:
    return media_type.partition(";")[0].strip().lower() in ("text/csv", "application/csv") or (
        re.search(r"\.csv\b", name, re.IGNORECASE) is not None
    )


def _structure(text: str, token: str) -> str:
    """A JSON member or an XML element that is named by the token."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _member(text, token)
    if start == "<":
        return _element(text, token)
    return ""


def _member(text: str, token: str) -> str:
    for line in (text, *text.splitlines()):  # JSON lines are documents of their own
        try:
            loaded = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if _has_key(loaded, token):
            return f"a member named {token}: {line[:300]}"
    return ""


def _has_key(value: Any, token: str) -> bool:
    if isinstance(value, dict):
        return token in value or any(_has_key(item, token) for item in value.values())
    if isinstance(value, list):
        return any(_has_key(item, token) for item in value)
    return False


def _element(text: str, token: str) -> str:
    names: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: names.extend((name, *attributes))
    # Elements before a fault count: a lenient reader sees them too.
    with suppress(expat.ExpatError, ValueError, UnicodeError):
        parser.Parse(text, True)
    return f"an element named {token}: {text[:300]}" if token in names else ""


def _mail_header(text: str, token: str) -> str:
    """A header, or an address in a header, of a raw message that only the payload can have set."""
    message = message_from_string(text, policy=compat32)
    for name, value in message.items():
        if name.lower() == token:
            return f"a mail header {name}: {str(value)[:200]}"
        if name.lower() in ("bcc", "cc") and f"{token}@" in str(value):
            return f"a receiver in {name}: {str(value)[:200]}"
    return ""


def _formula(text: str, token: str) -> str:
    try:
        for row in csv.reader(io.StringIO(text, newline="")):  # line breaks in a cell stay in it
            for cell in row:
                if token in cell and cell.startswith(_FORMULA):
                    return f"a cell that is a formula: {cell[:200]}"
    except csv.Error:
        return ""
    return ""


_LOOKS = {
    "message-tampering": _structure,
    "header-injection": _mail_header,
    "csv-injection": _formula,
}
