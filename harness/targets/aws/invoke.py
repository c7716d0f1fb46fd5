"""A deployed function, called by the Invoke API.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.caps import Caps
from harness.deployed.prices import invocation
from harness.deployed.secrecy import Redactor
from harness.deployed.session import AwsSession, code_of, said
from harness.errors import TargetError
from harness.model import Function, Outcome, Trigger
from harness.targets.aws.logs import Logs
from harness.targets.aws.outcome import outcome, too_large
from harness.targets.aws.report import Log, lines_of, read_log

# Only the last 4 KiB of a log come with the answer.
_TAIL = 4096
_PATIENCE = 8
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
# The service's own trouble, which goes away: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
_PASSING = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "ServiceException",
        "InternalFailure",
        "ServiceUnavailable",
        "EC2ThrottledException",
        "ResourceNotReadyException",
        "ResourceConflictException",
        "SnapStartNotReadyException",
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "429",
        "500",
        "502",
        "503",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What all ways to a deployed function need: the session, the caps, its name there, its log."""

    session: AwsSession
    caps: Caps
    function: Function
    name: str
    logs: Logs
    redactor: Redactor
    blind: frozenset[str]


class InvokeTarget:
    """One deployed function, invoked and waited for. Its runtime is nobody's to restart."""

    def __init__(self, reached: Reached, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._reached = reached
        self._sleep = sleep
        self.name = reached.function.name
        self.blind = reached.blind

    def start(self) -> None:
        """Nothing to start: it runs where it is deployed."""

    def restart(self) -> None:
        """A deployed function cannot be made to start afresh without changing it."""

    def stop(self) -> None:
        """Nothing was begun."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke. Raises TargetError when a cap is reached or the service refuses."""
        reached = self._reached
        audit, region = reached.session.audit, reached.session.settings.region
        with (
            reached.caps.call(invocation(reached.function, region)) as permit,
            audit.numbered(permit.number),
        ):
            since = time.time()
            try:
                answer = self.sent(event, "RequestResponse")
            except ClientError as error:
                if code_of(error) not in ("RequestTooLargeException", "413"):
                    raise refused(self._reached.name, error) from error
                permit.dollars = 0
                return too_large(said(error))
            headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
            request_id = str(answer["ResponseMetadata"].get("RequestId", ""))
            trace_id = str(headers.get("x-amzn-trace-id", ""))
            audit.write("lambda:Invoke", reached.name, request=request_id, trace=trace_id)
            log = self._log(str(answer.get("LogResult", "")), request_id, since)
            if log.report is not None:
                permit.dollars = invocation(reached.function, region, log.report.billed)
            return outcome(
                answer["Payload"].read(),
                failed=bool(answer.get("FunctionError")),
                log=log,
                redactor=reached.redactor,
                request_id=request_id,
                trace_id=trace_id,
            )

    def sent(self, event: bytes, kind: str) -> Any:
        """The answer of Invoke, tried again while the service asks for patience.

        Raises ClientError for what the service refuses, TargetError when it stays out of reach.
        """
        reached = self._reached
        tail = {"LogType": "Tail"} if kind == "RequestResponse" else {}
        qualifier = reached.session.settings.qualifier
        pause = _FIRST_PAUSE
        for attempt in range(_PATIENCE):
            try:
                return reached.session.client("lambda", once=True).invoke(
                    FunctionName=reached.name,
                    InvocationType=kind,
                    Payload=event,
                    **tail,
                    **({"Qualifier": qualifier} if qualifier else {}),
                )
            except (BotoCoreError, ClientError) as error:
                if code_of(error) not in _PASSING or attempt == _PATIENCE - 1:
                    if isinstance(error, ClientError):
                        raise
                    raise refused(reached.name, error) from error
                # Full jitter: several workers that were throttled together do not come back so.
                self._sleep(random.uniform(0, pause))
                pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError  # the last attempt returns or raises

    def _log(self, tail: str, request_id: str, since: float) -> Log:
        """The log as it came with the answer; from CloudWatch where that is cut off."""
        data = base64.b64decode(tail)
        log = read_log(lines_of([data.decode("utf-8", "replace")]), request_id)
        if log.whole or len(data) < _TAIL:
            return log
        return self._reached.logs.of_request(request_id, since) or log


def refused(name: str, error: Exception) -> TargetError:
    """The error of a call that never reached the function."""
    mend = {
        "AccessDeniedException": "; allow lambda:InvokeFunction to these credentials",
        "ResourceNotFoundException": "; correct its name, or stack in [aws]",
        "TooManyRequestsException": "; lower calls_per_second or concurrency in [aws]",
    }.get(code_of(error), "")
    return TargetError(f"{name} could not be called: {said(error)}{mend}")
