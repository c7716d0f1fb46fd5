"""What Lambda writes to a function's log around a call.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html, and for a failed init
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import math

from harness.model import Function, Outcome, Status

_FAILED = frozenset({Status.CRASH, Status.OUT_OF_MEMORY, Status.INIT_ERROR})


def call_log(function: Function, outcome: Outcome) -> str:
    """START, what the function wrote, END and REPORT."""
    name = outcome.request_id
    lines = [f"START RequestId: {name} Version: $LATEST\n"]
    own = outcome.logs
    lines.append(own if not own or own.endswith("\n") else own + "\n")
    kind = outcome.error.type if outcome.error is not None else ""
    if outcome.status is Status.INIT_ERROR:
        spent = f"Init Duration: {outcome.duration:.2f} ms"
        lines.append(f"INIT_REPORT {spent}\tPhase: invoke\tStatus: error\tError Type: {kind}\n")
    elif outcome.status in (Status.TIMEOUT, Status.CRASH, Status.OUT_OF_MEMORY):
        lines.append(f"{outcome.error.message if outcome.error else ''}\n")
    lines.append(f"END RequestId: {name}\n")
    lines.append("\t".join(_report(function, outcome, kind)) + "\n")
    return "".join(lines)


def _report(function: Function, outcome: Outcome, kind: str) -> list[str]:
    # Since August 2025 the init phase is billed, too
    # (https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/).
    billed = math.ceil(outcome.duration + (outcome.init or 0.0))
    fields = [
        f"REPORT RequestId: {outcome.request_id}",
        f"Duration: {outcome.duration:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {function.memory} MB",
        f"Max Memory Used: {min(outcome.memory, function.memory)} MB",
    ]
    if outcome.init is not None:
        fields.append(f"Init Duration: {outcome.init:.2f} ms")
    if outcome.status is Status.TIMEOUT:
        fields.append("Status: timeout")
    elif outcome.status in _FAILED:
        fields += ["Status: error", f"Error Type: {kind}"]
    return fields
