"""What a call through SAM CLI did: its answer, and what it and the emulator wrote around the logs.

SAM CLI 1.170 marks few failures: an exception of the handler comes as an ordinary answer of the
runtime client's error object, and a timeout as the emulator's sentence without a mark.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.model import FunctionError, Outcome, Status
from harness.targets.lambda_api import Platform, failure, read_logs
from harness.targets.local.outcomes import timed_out

# What SAM CLI writes before a call; a function's own lines may stand between them.
_LEAD = re.compile(
    r"(?:Invoking \S+ \(\S+\)|Invoking Container created from .*"
    r"|Requested to skip pulling images ?.*"
    r"|Local image (?:was not found|is (?:out of date|up-to-date)).*|Removing rapid images for .*"
    r"|Building image\.*|Using local image: .*|Mounting .* as /var/task:.*|SAM_CONTAINER_ID: \w+"
    r"|Lambda function '\w+' is already running|Image was not found\.|)"
)
# Written right before a container is asked, whether or not its own log comes in time.
_ASKED = re.compile(r"SAM_CONTAINER_ID: \w+|Lambda function '\w+' is already running")
# Of the server beneath SAM CLI: a line a request, and three when it starts, which may be late.
_SERVERS = re.compile(
    r"(?:[\d-]+ [\d:]+ )?127\.0\.0\.1 - - \[[^]]*\] \"(?:\x1b\[[\d;]*m)*[A-Z]+ /.*"
    r"|[\d-]+ [\d:]+ (?:\x1b\[[\d;]*m)*WARNING: This is a development server\..*"
    r"|[\d-]+ [\d:]+ (?:\x1b\[[\d;]*m)*Press CTRL\+C .*"
    r"| \* Running on http://[\w.:-]+"
)
# Of start-api, about the answer; with a report in front of it, all is that comes behind.
_ABOUT = re.compile(
    r"Invalid lambda response received: .*|Lambda returned empty body!|No Content-Type given\..*"
    r"|UnicodeDecodeError while processing HTTP request: .*"
)
# The emulator's own, which may stand behind what a function did not end with a line.
_EMULATOR = re.compile(r"\d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2},\d{3} \[\w+\] \(rapid\) .*")
_START = re.compile(r"START RequestId: \S+ Version: ")
_ENDED = re.compile(r"(?:END|REPORT) RequestId: ")
_ERROR_KEYS = frozenset({"errorMessage", "errorType", "requestId", "stackTrace", "trace"})
_KILLED = "signal: killed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The log of one call: what the function wrote, and what is said about the call.

    `called` is False where SAM CLI answered without asking the function's container.
    """

    text: str
    platform: Platform
    timed_out: bool
    called: bool


def read(log: str, logical_id: str, *, fronted: bool = False) -> Written:
    """Take apart what was written during one call of the function with this logical id.

    `fronted`: the call went through start-api, which says what it makes of the answer.
    """
    gave_up = f"Function '{logical_id}' timed out after "
    own: list[str] = []
    platform: list[str] = []
    late = called = False
    for line in log.splitlines(keepends=True):
        bare = line.rstrip("\n")
        called = called or bool(_ASKED.fullmatch(bare) or _START.match(bare))
        reported = bool(platform) and platform[-1].startswith("REPORT ")
        if fronted and (reported or _ABOUT.fullmatch(bare)) and not bare.startswith(gave_up):
            continue
        if bare.startswith(gave_up):
            late = True
        elif _START.match(bare):
            platform.append(line)
            own = [kept for kept in own if kept.strip()]
        elif _ENDED.match(bare):
            platform.append(line)
        elif _SERVERS.fullmatch(bare) or (not platform and _LEAD.fullmatch(bare)):
            continue
        else:
            own.append(_EMULATOR.sub("", bare) + line[len(bare) :] if "(rapid)" in bare else line)
    text = "".join(own)
    blank = len(text) - len(text.rstrip("\n"))
    text = text[: len(text) - max(0, blank - 1)].removeprefix("\n")  # SAM CLI adds empty lines
    platform_log = read_logs("".join(platform))
    return Written(text=text, platform=platform_log, timed_out=late, called=called)


def judged(told: Outcome, written: Written, *, dropped: int, seconds: float) -> Outcome:
    """The answered call with its logs, and the status that it has in Lambda.

    `seconds` is the function's timeout. The memory that SAM CLI reports is the function's limit.
    """
    request_id = written.platform.request_id or told.request_id
    status, error = told.status, told.error
    if written.timed_out:
        status, error = timed_out(request_id, seconds)
    elif status is Status.OK and _is_error(told.response):
        status, error = failure(told.response, written.platform)
    elif status is Status.CRASH and error is not None and _KILLED in error.message:
        status = Status.OUT_OF_MEMORY
    return replace(
        told,
        status=status,
        error=error,
        response=None if written.timed_out else told.response,
        logs=written.text,
        logs_dropped=dropped,
        duration=written.platform.duration or told.duration,
        init=written.platform.init,
        memory=0,
        exit_code=_exit_code(error) if status is Status.CRASH else None,
        request_id=request_id,
    )


def revealed(told: Outcome) -> Outcome:
    """An error object out of the body in which start-api answers it for HTTP APIs, as a success.

    What it takes for an answer of the function is what Lambda would not: a failed call.
    """
    front = told.response
    if told.status is not Status.OK or not isinstance(front, Mapping):
        return told
    try:
        body = json.loads(front.get("body") or "null")
    except (ValueError, RecursionError):
        return told
    return replace(told, response=body) if _is_error(body) else told


def _is_error(response: object) -> bool:
    """The error object of a runtime client: these names and no other."""
    return (
        isinstance(response, Mapping)
        and {"errorMessage", "errorType"} <= set(response) <= _ERROR_KEYS
        and len(response) > 2
    )


def _exit_code(error: FunctionError | None) -> int | None:
    found = re.search(r"exit status (\d+)", error.message) if error else None
    return int(found[1]) if found else None
