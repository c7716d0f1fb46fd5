"""A failed call's payload and report as a Status: which of Lambda's words mean what.

https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html and
https://docs.aws.amazon.com/lambda/latest/dg/API_Invoke.html
"""

import re
from collections.abc import Mapping
from typing import Any

from harness.model import FunctionError, Status
from harness.targets.lambda_api.logs import Platform

_TIMED_OUT = re.compile(r"Task timed out after \d+(?:\.\d+)? seconds")
_ENDED = re.compile(r"Runtime exited|Runtime\.ExitError|signal: ")
_KILLED = "signal: killed"
# Kept for a runtime that cannot load the function; all others come from its handler.
_LOADING = frozenset(
    {
        "Runtime.ImportModuleError",
        "Runtime.HandlerNotFound",
        "Runtime.MalformedHandlerName",
        "Runtime.UserCodeSyntaxError",
        "Runtime.BuiltInModuleConflict",
        "Runtime.InvalidEntrypoint",
        "Runtime.InvalidWorkingDir",
        "Extension.InitError",
    }
)


def failure(payload: Any, platform: Platform) -> tuple[Status, FunctionError]:
    """How a call ended that Lambda marks with X-Amz-Function-Error. `payload` is decoded JSON."""
    told: Mapping[str, Any] = payload if isinstance(payload, dict) else {"errorMessage": payload}
    message = str(told.get("errorMessage") or "")
    kind = str(told.get("errorType") or platform.error_type or "")
    trace = told.get("stackTrace") or told.get("trace") or ()
    error = FunctionError(
        type=kind,
        message=message,
        trace=tuple(map(str, trace)) if isinstance(trace, list) else (str(trace),) if trace else (),
    )
    return _status(kind, message, platform), error


def _status(kind: str, message: str, platform: Platform) -> Status:
    if platform.init_failed or kind in _LOADING:
        return Status.INIT_ERROR
    if kind == "Sandbox.Timedout" or platform.status == "timeout":
        return Status.TIMEOUT
    if not kind and _TIMED_OUT.search(message):  # as it was told before it had a type
        return Status.TIMEOUT
    if kind == "Runtime.OutOfMemory":
        return Status.OUT_OF_MEMORY
    if kind == "Runtime.ExitError" or (not kind and _ENDED.search(message)):
        return Status.OUT_OF_MEMORY if _filled(message, platform) else Status.CRASH
    return Status.ERROR


def _filled(message: str, platform: Platform) -> bool:
    """Killed with all its memory used: older reports have no word of their own for it."""
    size, used = platform.memory_size, platform.memory_used
    return _KILLED in message and size is not None and used is not None and used >= size
