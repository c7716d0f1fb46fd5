"""Facts seen during one invocation. No rule is known here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How an invocation ended."""

    OK = "ok"
    ERROR = "error"  # the handler raised
    TIMEOUT = "timeout"
    CRASH = "crash"  # the runtime process ended
    OUT_OF_MEMORY = "out-of-memory"
    INIT_ERROR = "init-error"
    TOO_LARGE = "too-large"  # request or response beyond the service's limit
    UNSENT = "unsent"  # the target cannot cause this event; the function was not called


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionError:
    """The error object a runtime reports: `errorType`, `errorMessage`, `stackTrace`."""

    type: str
    message: str
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkCall:
    """A call of a dangerous operation, recorded inside the runtime by a sensor.

    `category` (process, code, file, socket, sql, deserialization, import, template), `operation`
    (`subprocess.Popen`, `sqlite3.execute`), `arguments` (JSON values; shapes per category are in
    harness/sensors/README.md), `file`, `line` and `function` of the application's innermost frame
    (path relative to the code folder), and `through`: top-level modules of the frames between that
    frame and the operation, innermost first (`("jinja2",)`).
    """

    category: str
    operation: str
    arguments: Mapping[str, Any]
    file: str | None = None
    line: int | None = None
    function: str | None = None
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRead:
    """What the handler did with a value of the event, seen in a learning invocation.

    `address` is the text form of an Address. `kind`: `present` / `missing` (a key read),
    `equals` / `contains` / `startswith` (compared with `value`), `less` / `greater` (than the
    number `value`, or equal), `length` (`value` is one that decides a check of it), `cast`
    (`value` is int, float, decimal, uuid, datetime, date, time, or `datetime` and strptime's
    format), `decode` (`value` is the codec), `mapping` / `sequence` (used as one though it is
    none), `walked` (a mapping gone through by the application, whatever its keys), `iterated` (a
    text gone through letter by letter, or meant as a list), `matches` (`value` is a regular
    expression).
    """

    address: str
    kind: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCall:
    """One call of the local cloud: `service` ("dynamodb"), `operation` ("PutItem") and the rest.

    `status` is the HTTP status; `error` the AWS error code when it failed. `rows` are those that it
    left in tables with a stream, `{"Table", "Item", "Event"}`, where the parameters do not say.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    status: int
    error: str | None = None
    result: Any = None
    mutating: bool = False
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A request to the out-of-band listener. `token` is the canary's, `body` is cut at 4 KiB."""

    token: str
    protocol: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    remote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a target reports of one invocation.

    `response` is the decoded JSON answer (None when there is none), `raw` its text. `duration`,
    `init` and `cpu` are milliseconds measured at the runtime, 0 where `cpu` is not known; `memory`
    is the peak in MiB of the runtime so far, of a fresh one that of its call. `logs`
    is what the function wrote to stdout and stderr during this invocation, capped. `lines` are
    the lines of the application which this runtime process reached for the first time, by file
    (relative to the code folder), `branches` the ways out of its conditions: numbers that mean
    nothing but that they differ, and that another process of the same runtime gives the same.
    `trace_id` is X-Ray's, of a deployed function.
    """

    status: Status
    response: Any = None
    raw: str = ""
    error: FunctionError | None = None
    logs: str = ""
    logs_dropped: int = 0
    duration: float = 0.0
    init: float | None = None
    cpu: float = 0.0
    memory: int = 0
    exit_code: int | None = None
    request_id: str = ""
    trace_id: str = ""
    sinks: tuple[SinkCall, ...] = ()
    reads: tuple[FieldRead, ...] = ()
    lines: tuple[tuple[str, tuple[int, ...]], ...] = ()
    branches: tuple[tuple[str, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """All facts of one invocation: the target's outcome and what the observers saw meanwhile.

    `blind` names the observers this target does not have ("sensors", "logs", ...): their silence
    says nothing.
    """

    outcome: Outcome
    calls: tuple[AwsCall, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    blind: frozenset[str] = frozenset()
