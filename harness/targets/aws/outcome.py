"""Outcomes of runs of deployed functions that only the log tells of."""

from harness.model import FunctionError, Outcome, Status
from harness.targets.lambda_api import Platform, failure

# What runtimes write when a handler raised: the line, and what stands before the error in it.
_RAISED = ("[ERROR] ", "\tERROR\tInvoke Error \t", "Traceback (most recent call last)")


def told_by_log(platform: Platform, request_id: str) -> Outcome:
    """The outcome of a run which nobody waited for: its answer is not known."""
    status, error = Status.OK, None
    raised = _raised(platform.text)
    if platform.status in ("error", "timeout", "failure") or platform.init_failed:
        told = {"errorType": platform.error_type, "errorMessage": raised}
        status, error = failure(told, platform)
    elif raised:
        kind, _, message = raised.partition(": ")
        status, error = Status.ERROR, FunctionError(type=kind, message=message)
    return Outcome(
        status=status,
        error=error,
        logs=platform.text,
        duration=platform.duration or 0.0,
        init=platform.init,
        memory=platform.memory_used or 0,
        request_id=request_id,
    )


def _raised(text: str) -> str:
    for line in text.splitlines():
        for mark in _RAISED:
            if mark in line:
                return line.partition(mark)[2] or mark
    return ""
