"""The lines that Lambda itself writes around a call, told apart from the function's own.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (plain text) and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON log format).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ID = r"[0-9a-fA-F-]{36}"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PLAIN = re.compile(
    rf"(?P<call>START|END|REPORT) RequestId: (?P<id>{_ID})|INIT_START Runtime Version: "
    r"|(?P<init>INIT_REPORT) Init Duration: |(?:EXTENSION|TELEMETRY)\tName: |XRAY TraceId: "
)
# A print without a line's end stands before the platform's line.
_GLUED = re.compile(rf"(?:END|REPORT) RequestId: {_ID}")
# How a call ended that its runtime could not tell of, in the words of several years.
_ENDING = re.compile(
    rf"(?:\S+ )?(?:RequestId: )?{_ID} "
    r"(?:Task timed out after|Error: (?:Task timed out|Runtime exited|Process exited))"
)
_FIELD = re.compile(r"([A-Z][A-Za-z ]*?): ([^\t\n]+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PLATFORM_TYPE = "platform."


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the platform says of a call, and `text`: what the function wrote.

    Times are milliseconds, memory is MB; None and "" where nothing is said. `status` and
    `error_type` are those of the report or, for a failed init, of the init's: `init_failed` then.
    `whole` is False where the call's beginning has been cut off.
    """

    text: str = ""
    request_id: str = ""
    duration: float | None = None
    billed: float | None = None
    init: float | None = None
    memory_size: int | None = None
    memory_used: int | None = None
    status: str = ""
    error_type: str = ""
    init_failed: bool = False
    whole: bool = False


def read_logs(logs: str) -> Platform:
    """Take the platform's lines out of the logs of one call; of several, the last report counts."""
    own: list[str] = []
    told: dict[str, Any] = {}
    for line in _LINE.findall(logs):
        if _ENDING.match(line):
            continue
        platform = _PLAIN.match(line)
        glued = None if platform else _GLUED.search(line)
        if glued is not None:
            own.append(line[: glued.start()])
            line = line[glued.start() :]
            platform = _PLAIN.match(line)
        if platform is not None:
            told |= _plain(platform, line)
        elif (structured := _structured(line)) is not None:
            told |= structured
        else:
            own.append(line)
    return Platform(text="".join(own), **told)


def _plain(found: re.Match[str], line: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if found["call"]:
        told["request_id"] = found["id"]
    if found["call"] == "START":
        told["whole"] = True
    fields = dict(_FIELD.findall("\t" + line[found.end() :]))
    if found["call"] == "REPORT":
        told |= _figures(
            duration=fields.get("Duration"),
            billed=fields.get("Billed Duration"),
            init=fields.get("Init Duration") or fields.get("Restore Duration"),
            memory_size=fields.get("Memory Size"),
            memory_used=fields.get("Max Memory Used"),
        )
        told |= _ending(fields.get("Status"), fields.get("Error Type"))
    elif found["init"] and fields.get("Status", "success").strip() != "success":
        told |= {**_ending(fields.get("Status"), fields.get("Error Type")), "init_failed": True}
    return told


def _structured(line: str) -> dict[str, Any] | None:
    """A line of the JSON log format, None when it is none of the platform's."""
    if _PLATFORM_TYPE not in line or not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    kind, record = str(entry.get("type")), entry.get("record")
    if not kind.startswith(_PLATFORM_TYPE) or not isinstance(record, dict):
        return None
    told: dict[str, Any] = {}
    if isinstance(record.get("requestId"), str):
        told["request_id"] = record["requestId"]
    if kind == "platform.start":
        told["whole"] = True
    metrics = record.get("metrics")
    ending = _ending(record.get("status"), record.get("errorType"))
    if kind == "platform.report" and isinstance(metrics, Mapping):
        told |= _figures(
            duration=metrics.get("durationMs"),
            billed=metrics.get("billedDurationMs"),
            init=metrics.get("initDurationMs"),
            memory_size=metrics.get("memorySizeMB"),
            memory_used=metrics.get("maxMemoryUsedMB"),
        )
        told |= ending
    elif kind == "platform.initReport" and ending.get("status", "success") != "success":
        told |= {**ending, "init_failed": True}
    return told


def _figures(**values: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in values.items():
        number = _NUMBER.match(str(value))
        if value is not None and number is not None:
            told[name] = float(number.group())
            if name.startswith("memory"):
                told[name] = int(told[name])
    return told


def _ending(status: Any, error_type: Any) -> dict[str, Any]:
    told = {"status": status, "error_type": error_type}
    return {name: str(value).strip() for name, value in told.items() if value}
