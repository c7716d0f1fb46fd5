"""From what Lambda answers to an Outcome.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and
https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""

import json
from typing import Any

from harness.deployed.secrecy import Redactor
from harness.model import FunctionError, Outcome, Status
from harness.targets.aws.report import Log, Report

# A runtime that never came to the handler.
_INIT = frozenset(
    {
        "Runtime.ImportModuleError",
        "Runtime.HandlerNotFound",
        "Runtime.MalformedHandlerName",
        "Runtime.UserCodeSyntaxError",
        "Runtime.InvalidEntrypoint",
        "Runtime.InvalidWorkingDir",
        "Extension.InitError",
        "Extension.Crash",
    }
)
_LOG_LIMIT = 256 * 1024


def outcome(
    payload: bytes, *, failed: bool, log: Log, redactor: Redactor, request_id: str, trace_id: str
) -> Outcome:
    """The outcome of one run. `failed` is whether Lambda called it a function error."""
    raw = redactor.text(payload.decode("utf-8", "replace"))
    response = _decoded(raw)
    report = log.report or Report(request_id=request_id)
    error = _error(response, raw) if failed else None
    logs = redactor.text(log.text)
    return Outcome(
        status=_status(error, report, logs),
        response=None if failed else response,
        raw=raw,
        error=error,
        logs=logs[:_LOG_LIMIT],
        logs_dropped=max(0, len(logs) - _LOG_LIMIT),
        duration=report.duration,
        init=report.init,
        memory=report.memory,
        request_id=request_id,
        trace_id=trace_id or report.trace_id,
    )


def told_by_log(log: Log, redactor: Redactor, request_id: str) -> Outcome:
    """The outcome of a run of which only the log is known."""
    report = log.report or Report(request_id=request_id)
    logs = redactor.text(log.text)
    error = None
    for mark, type in (
        ("Task timed out after", "Sandbox.Timedout"),
        ("Runtime exited", "Runtime.ExitError"),
        ("Traceback (most recent call last)", "Unhandled"),
        ("[ERROR]", "Unhandled"),
        ("\tERROR\tInvoke Error", "Unhandled"),
    ):
        line = next((line for line in logs.splitlines() if mark in line), None)
        if line is not None:
            error = FunctionError(type=type, message=_after_error(line))
            break
    return Outcome(
        status=_status(error, report, logs),
        error=error,
        logs=logs[:_LOG_LIMIT],
        logs_dropped=max(0, len(logs) - _LOG_LIMIT),
        duration=report.duration,
        init=report.init,
        memory=report.memory,
        request_id=request_id,
        trace_id=report.trace_id,
    )


def too_large(message: str) -> Outcome:
    """The service did not take the event."""
    error = FunctionError(type="RequestTooLargeException", message=message)
    return Outcome(status=Status.TOO_LARGE, error=error)


def _status(error: FunctionError | None, report: Report, logs: str) -> Status:
    if error is None:
        return Status.TIMEOUT if report.status == "timeout" else Status.OK
    if error.type == "Sandbox.Timedout" or "Task timed out after" in error.message:
        return Status.TIMEOUT
    if error.type == "Runtime.OutOfMemory" or (
        error.type == "Runtime.ExitError" and "signal: killed" in error.message + logs
    ):
        return Status.OUT_OF_MEMORY
    if error.type in _INIT:
        return Status.INIT_ERROR
    if error.type == "Runtime.ExitError" or "Runtime exited" in error.message:
        return Status.CRASH
    return Status.ERROR


def _error(response: Any, raw: str) -> FunctionError:
    if not isinstance(response, dict):
        return FunctionError(type="Runtime.Unknown", message=raw)
    trace = response.get("stackTrace") or response.get("trace")
    message = str(response.get("errorMessage", ""))
    kind = str(response.get("errorType", ""))
    if not kind and "Task timed out after" in message:
        kind = "Sandbox.Timedout"
    return FunctionError(
        type=kind,
        message=message,
        trace=tuple(map(str, trace)) if isinstance(trace, list) else (),
    )


def _after_error(line: str) -> str:
    """The runtime's one line about an exception: `[ERROR] KeyError: 'id'`."""
    return line.partition("[ERROR] ")[2] or line


def _decoded(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
