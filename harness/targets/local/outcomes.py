"""Lambda's own words for how a call ended.

Error types and texts are those of the service (https://docs.aws.amazon.com/lambda/latest/dg/
troubleshooting-invocation.html and, for what it prints, the Runtime Interface Emulator).
"""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.model import FieldRead, FunctionError, SinkCall, Status
from harness.targets.local.channel import REQUEST_LIMIT, RESPONSE_LIMIT
from harness.targets.local.traces import as_python

_MAX_RECORDS = 2000
_PRELUDE_END = bytes(8)


def timed_out(request_id: str, seconds: float) -> tuple[Status, FunctionError]:
    text = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return Status.TIMEOUT, FunctionError(type="Sandbox.Timedout", message=text)


def out_of_memory(request_id: str) -> tuple[Status, FunctionError]:
    text = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    return Status.OUT_OF_MEMORY, FunctionError(type="Runtime.OutOfMemory", message=text)


def exited(request_id: str, code: int) -> tuple[Status, FunctionError]:
    """`code` as subprocess gives it: negative for a signal."""
    if code == 0:
        reason = "Runtime exited without providing a reason"
    elif code > 0:
        reason = f"Runtime exited with error: exit status {code}"
    else:
        told = (signal.strsignal(-code) or f"signal {-code}").lower()
        reason = f"Runtime exited with error: signal: {told}"
    text = f"RequestId: {request_id} Error: {reason}"
    return Status.CRASH, FunctionError(type="Runtime.ExitError", message=text)


def request_too_large(size: int) -> tuple[Status, FunctionError]:
    text = (
        f"{size} byte payload is too large for the RequestResponse invocation type "
        f"(limit {REQUEST_LIMIT} bytes)"
    )
    return Status.TOO_LARGE, FunctionError(type="RequestTooLargeException", message=text)


def response_too_large(size: int) -> tuple[Status, FunctionError]:
    text = (
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size "
        f"({RESPONSE_LIMIT} bytes)."
    )
    return Status.ERROR, FunctionError(type="Function.ResponseSizeTooLarge", message=text)


def reported(body: bytes, root: Path) -> FunctionError:
    """The error object that a runtime sent; whatever it sent. `root` is the code folder."""
    told = decoded(body)
    if not isinstance(told, dict):
        return FunctionError(type="Runtime.Unknown", message=body.decode(errors="replace"))
    trace: tuple[str, ...] = ()
    if isinstance(told.get("stackTrace"), list):
        trace = tuple(map(str, told["stackTrace"]))
    elif isinstance(told.get("trace"), list):  # Node.js
        trace = as_python(tuple(map(str, told["trace"])), root)
    return FunctionError(
        type=str(told.get("errorType", "")),
        message=str(told.get("errorMessage", "")),
        trace=trace,
    )


def decoded(body: bytes) -> Any:
    """The JSON value, None when it is none: a handler may answer with any bytes.

    Of a streamed HTTP response: its status and headers with the body's text, as Lambda's front
    ends put them together (awslambda.HttpResponseStream).
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        prelude, between, rest = body.partition(_PRELUDE_END)
        told = decoded(prelude) if between else None
        return {**told, "body": rest.decode("utf-8", "replace")} if isinstance(told, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the sensors told of one call; see the same fields of Outcome."""

    sinks: tuple[SinkCall, ...] = ()
    reads: tuple[FieldRead, ...] = ()
    lines: tuple[tuple[str, tuple[int, ...]], ...] = ()
    branches: tuple[tuple[str, tuple[int, ...]], ...] = ()


def records(written: bytes) -> Records:
    """What the sensors wrote during a call; their wire form is in harness/sensors/README.md.

    The function shares the file with its sensors, so a line that is no record is skipped.
    """
    sinks: list[SinkCall] = []
    reads: list[FieldRead] = []
    lines: list[tuple[str, tuple[int, ...]]] = []
    branches: list[tuple[str, tuple[int, ...]]] = []
    for record in _lines(written):
        try:
            if "sink" in record:
                told = record["sink"]
                sinks.append(SinkCall(**{**told, "through": tuple(told.get("through") or ())}))
            elif "read" in record:
                reads.append(FieldRead(**record["read"]))
            elif "lines" in record:
                lines.append(_places(record["lines"]))
            elif "branches" in record:
                branches.append(_places(record["branches"]))
        except (TypeError, ValueError):
            continue
    return Records(
        sinks=tuple(sinks), reads=tuple(reads), lines=tuple(lines), branches=tuple(branches)
    )


def _places(told: Any) -> tuple[str, tuple[int, ...]]:
    file, numbers = told
    return str(file), tuple(map(int, numbers))


def _lines(written: bytes) -> Iterator[dict[str, Any]]:
    for line in written.split(b"\n")[:_MAX_RECORDS]:
        record = decoded(line)
        if isinstance(record, dict):
            yield record
