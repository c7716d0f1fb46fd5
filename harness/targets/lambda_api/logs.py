"""The lines that Lambda itself writes around a call, told apart from the function's own.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (plain text) and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (JSON log format).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_OURS = re.compile(r"(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION|TELEMETRY|XRAY)\b")
# How a call ended that its runtime could not tell of, in the words of several years.
_ENDING = re.compile(
    r"(?:\S+ )?(?:RequestId: )?[0-9a-f-]{36} "
    r"(?:Task timed out after|Error: (?:Task timed out|Runtime exited|Process exited))"
)
_ID = re.compile(r"RequestId: ([0-9a-fA-F-]{36})")
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
    for line in logs.splitlines(keepends=True):
        if _ENDING.match(line):
            continue
        found = _plain(line) if _OURS.match(line) else _structured(line)
        if found is None:
            # A print without a line's end stands before the platform's line.
            before, marker, rest = _glued(line)
            own.append(before)
            found = _plain(marker + rest) or {} if marker else {}
        told |= found
    return Platform(text="".join(own), **told)


def _glued(line: str) -> tuple[str, str, str]:
    match = re.search(r"(END|REPORT) RequestId: [0-9a-fA-F-]{36}", line)
    if match is None:
        return line, "", ""
    return line[: match.start()], match.group(), line[match.end() :]


def _plain(line: str) -> dict[str, Any] | None:
    kind = line.split(" ", 1)[0].strip()
    name = _ID.search(line)
    if kind in ("START", "END", "REPORT") and name is None:
        return None
    told: dict[str, Any] = {}
    if name is not None:
        told["request_id"] = name.group(1)
    if kind == "START":
        told["whole"] = True
    fields = dict(_FIELD.findall(line.replace("REPORT ", "\t", 1)))
    if kind == "REPORT":
        told |= _figures(
            duration=fields.get("Duration"),
            billed=fields.get("Billed Duration"),
            init=fields.get("Init Duration") or fields.get("Restore Duration"),
            memory_size=fields.get("Memory Size"),
            memory_used=fields.get("Max Memory Used"),
        )
        told |= _ending(fields.get("Status"), fields.get("Error Type"))
    elif kind == "INIT_REPORT" and fields.get("Status", "success").strip() != "success":
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
