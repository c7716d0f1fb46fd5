"""One run among the log lines of many.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (START, END, REPORT) and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON log format).
"""

import json
import re
from collections.abc import Iterable

_MARK = re.compile(r"(START|REPORT) RequestId: ([0-9a-fA-F-]{36})")
_KINDS = {"platform.start": "START", "platform.report": "REPORT"}


def began(message: str) -> str:
    """The request id of a run which a log event begins; "" for any other event."""
    kind, request_id = _mark(message)
    return request_id if kind == "START" else ""


def run_of(messages: Iterable[str], request_id: str) -> str | None:
    """The log of one run from START to REPORT, by the events of its stream in their order.

    None when its end is not there yet. A stream has one run at a time; lines between two runs (a
    module that loads, a line that came late) belong to the one that follows.
    """
    kept: list[str] = []
    begun = False
    for message in messages:
        line = message if message.endswith("\n") else f"{message}\n"
        kind, id = _mark(message)
        if kind == "START" and id == request_id:
            begun = True
        kept.append(line)
        if kind == "REPORT":
            if id == request_id and begun:
                return "".join(kept)
            kept.clear()
    return None


def _mark(message: str) -> tuple[str, str]:
    match = _MARK.match(message)
    if match is not None:
        return match[1], match[2]
    if "platform." not in message or not message.startswith("{"):
        return "", ""
    try:
        told = json.loads(message)
        return _KINDS.get(told["type"], ""), str(told["record"]["requestId"])
    except (ValueError, KeyError, TypeError):
        return "", ""
