"""What Lambda writes around a function's own log lines, as text and as JSON.

https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html (START, END, REPORT) and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (platform.*).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PLATFORM = re.compile(
    r"(START|END|REPORT) RequestId: (?P<id>[0-9a-fA-F-]{36})|INIT_START Runtime Version:|"
    r"INIT_REPORT |EXTENSION\tName:|XRAY TraceId:|RESTORE_(START|REPORT)|LOGS\tName:"
)
_FACT = re.compile(r"(?P<name>[A-Z][A-Za-z ]+|XRAY TraceId): (?P<value>[^\t\n]+)")
_NUMBER = re.compile(r"[\d.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Facts of a REPORT line: milliseconds, MiB, and `status` (success, error, timeout)."""

    request_id: str
    duration: float = 0.0
    billed: float = 0.0
    init: float | None = None
    memory: int = 0
    trace_id: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The log of one run: the function's own text, and what Lambda reports of the run.

    `whole` tells that it has its beginning and its end.
    """

    text: str = ""
    report: Report | None = None
    whole: bool = False


def read_log(lines: Iterable[str], request_id: str = "") -> Log:
    """The lines of one run among those of others; of the only run when no id is known.

    Lines before START are its own too where the runtime begins with it (INIT_START, what modules
    print while they load).
    """
    own: list[str] = []
    begun = ended = False
    report: Report | None = None
    for line in lines:
        mark, id = _mark(line)
        if mark == "start":
            ours = not request_id or id == request_id
            if ours:
                begun = True
            elif not begun:
                own.clear()
            else:
                break
        elif mark == "report":
            found = _report(line)
            if found is not None and request_id in ("", found.request_id):
                report, ended = found, True
                break
            own.clear()
        elif mark == "":
            own.append(line)
    return Log(text="".join(f"{line}\n" for line in own), report=report, whole=begun and ended)


def request_of(line: str) -> str:
    """The request id of a START line, "" for any other line."""
    mark, id = _mark(line)
    return id if mark == "start" else ""


def _mark(line: str) -> tuple[str, str]:
    """(start, report, other or "" for a line of the function's, request id)."""
    told = _json(line)
    if told is not None:
        kind = str(told.get("type", ""))
        if not kind.startswith("platform."):
            return "", ""
        record = told.get("record")
        id = str(record.get("requestId", "")) if isinstance(record, dict) else ""
        return {"platform.start": "start", "platform.report": "report"}.get(kind, "other"), id
    match = _PLATFORM.match(line)
    if match is None:
        return "", ""
    return {"START": "start", "REPORT": "report"}.get(match[1] or "", "other"), match["id"] or ""


def _report(line: str) -> Report | None:
    told = _json(line)
    if told is not None:
        record: Mapping[str, Any] = told["record"]
        metrics = record.get("metrics") or {}
        tracing = record.get("tracing") or {}
        return Report(
            request_id=str(record.get("requestId", "")),
            duration=float(metrics.get("durationMs", 0)),
            billed=float(metrics.get("billedDurationMs", 0)),
            init=float(metrics["initDurationMs"]) if "initDurationMs" in metrics else None,
            memory=int(metrics.get("maxMemoryUsedMB", 0)),
            trace_id=str(tracing.get("value", "")),
            status=str(record.get("status", "")),
        )
    facts = {match["name"].strip(): match["value"].strip() for match in _FACT.finditer(line)}
    id = facts.get("REPORT RequestId") or facts.get("RequestId") or _id(line)
    if not id:
        return None
    return Report(
        request_id=id,
        duration=_number(facts, "Duration") or 0.0,
        billed=_number(facts, "Billed Duration") or 0.0,
        init=_number(facts, "Init Duration"),
        memory=int(_number(facts, "Max Memory Used") or 0),
        trace_id=facts.get("XRAY TraceId", ""),
        status=facts.get("Status", ""),
    )


def _id(line: str) -> str:
    match = _PLATFORM.match(line)
    return (match["id"] or "") if match else ""


def _number(facts: Mapping[str, str], name: str) -> float | None:
    match = _NUMBER.match(facts.get(name, ""))
    return float(match.group()) if match else None


def _json(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) and isinstance(told.get("type"), str) else None


def lines_of(messages: Iterable[str]) -> Iterator[str]:
    """Log events may hold several lines; a REPORT has its trace on a line of its own."""
    for message in messages:
        yield from message.rstrip("\n").split("\n")
