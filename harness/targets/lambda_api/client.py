"""Invoke through any endpoint that speaks the Lambda Invoke API, with boto3."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from harness.errors import TargetError
from harness.model import FunctionError, Outcome, Status
from harness.targets.lambda_api.logs import Platform, read_logs
from harness.targets.lambda_api.outcomes import failure

# A call may last as long as a function may: 15 minutes
# (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
_LONGEST = 900
_CONNECT = 10
# Refused before the function ran: the same call may be made again.
_NOT_RUN = frozenset(
    {
        "TooManyRequestsException",
        "EC2ThrottledException",
        "ENINotReadyException",
        "ResourceNotReadyException",
        "ThrottlingException",
    }
)
# Seconds before each further attempt.
_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0)
_PRELUDE_END = b"\0" * 8


def lambda_client(
    *,
    endpoint: str | None = None,
    region: str = "us-east-1",
    session: boto3.Session | None = None,
    read_timeout: float = _LONGEST + 10,
) -> Any:
    """A boto3 client of Lambda that tries nothing twice by itself.

    `read_timeout` (seconds) is how long an answer may take: the function's timeout and a margin.
    Without a `session` the credentials are made up, as an `endpoint` on this machine needs none.
    """
    config = Config(
        connect_timeout=_CONNECT,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=4,
        tcp_keepalive=True,
    )
    if session is not None:
        return session.client("lambda", region_name=region, endpoint_url=endpoint, config=config)
    return boto3.Session(
        aws_access_key_id="local", aws_secret_access_key="local", region_name=region
    ).client("lambda", endpoint_url=endpoint, config=config)


class LambdaApi:
    """Calls functions with a client of Lambda and reads what comes back as an Outcome.

    `tail` asks for the last 4 KB of logs (LogType), which `sam local start-lambda` refuses. A
    throttled call is made again after a while (`sleep`, seconds), five times at most.
    """

    def __init__(
        self, client: Any, *, tail: bool = True, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._tail = tail
        self._sleep = sleep

    def invoke(
        self, function: str, event: bytes, *, qualifier: str = "", client_context: str = ""
    ) -> Outcome:
        """Call `function` (a name or an ARN) and wait for its answer.

        What the function does is in the Outcome: status, error, logs and, from the REPORT line,
        duration, init and peak memory. So is an event that is too large for the service or is no
        JSON, and an answer that does not come within the client's read timeout. Raises TargetError
        when the endpoint does not answer or refuses the call (no such function, no permission,
        throttled for too long).
        """
        asked: dict[str, Any] = {"FunctionName": function, "Payload": event}
        if self._tail:
            asked["LogType"] = "Tail"
        if qualifier:
            asked["Qualifier"] = qualifier
        if client_context:
            encoded = base64.b64encode(client_context.encode()).decode()
            asked["ClientContext"] = encoded
        try:
            answer = self._answer(asked)
            payload = answer["Payload"].read()
        except ClientError as error:
            return _refused(function, error)
        except ReadTimeoutError:
            return _silent(self._client)
        except BotoCoreError as error:
            raise TargetError(_unreached(function, self._client, error)) from error
        metadata = answer["ResponseMetadata"]
        logs = base64.b64decode(answer.get("LogResult") or "").decode("utf-8", "replace")
        platform = read_logs(logs)
        told = outcome(
            payload,
            failed=bool(answer.get("FunctionError")),
            platform=platform,
            request_id=platform.request_id or str(metadata.get("RequestId") or ""),
        )
        return replace(told, trace_id=_trace_id(metadata))

    def send(self, function: str, event: bytes, *, qualifier: str = "") -> Outcome:
        """Hand a call over (InvocationType=Event): the outcome has its ids, and no answer.

        An event that the service refuses is an outcome as in invoke(). Raises TargetError as that.
        """
        asked: dict[str, Any] = {
            "FunctionName": function,
            "InvocationType": "Event",
            "Payload": event,
        }
        if qualifier:
            asked["Qualifier"] = qualifier
        try:
            metadata = self._answer(asked)["ResponseMetadata"]
        except ClientError as error:
            return _refused(function, error)
        except BotoCoreError as error:
            raise TargetError(_unreached(function, self._client, error)) from error
        return Outcome(
            status=Status.OK,
            request_id=str(metadata.get("RequestId") or ""),
            trace_id=_trace_id(metadata),
        )

    def _answer(self, asked: dict[str, Any]) -> Any:
        for wait in _WAITS:
            try:
                return self._client.invoke(**asked)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _NOT_RUN:
                    raise
            self._sleep(wait)
        return self._client.invoke(**asked)


def _trace_id(metadata: Any) -> str:
    return str(metadata.get("HTTPHeaders", {}).get("x-amzn-trace-id", ""))


def outcome(payload: bytes, *, failed: bool, platform: Platform, request_id: str) -> Outcome:
    """An answered call as an Outcome. `failed`: it was marked with X-Amz-Function-Error."""
    response = _decoded(payload)
    status, error = Status.OK, None
    if failed:
        status, error = failure(response, platform)
    return Outcome(
        status=status,
        response=response,
        raw=payload.decode("utf-8", "replace"),
        error=error,
        logs=platform.text,
        # How much is cut off is not said, only that something is.
        logs_dropped=0 if platform.whole or not platform.request_id else 1,
        duration=platform.duration or 0.0,
        init=platform.init,
        memory=platform.memory_used or 0,
        request_id=request_id,
    )


def _decoded(payload: bytes) -> Any:
    """The JSON value, None when there is none; of a streamed HTTP answer its parts put together."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        prelude, between, rest = payload.partition(_PRELUDE_END)
        told = _decoded(prelude) if between else None
        return {**told, "body": rest.decode("utf-8", "replace")} if isinstance(told, dict) else None


def _silent(client: Any) -> Outcome:
    limit = client.meta.config.read_timeout
    text = f"no answer from {client.meta.endpoint_url} within {limit:g} seconds"
    error = FunctionError(type="Sandbox.Timedout", message=text)
    return Outcome(status=Status.TIMEOUT, error=error, duration=limit * 1000)


def _refused(function: str, error: ClientError) -> Outcome:
    told = error.response.get("Error", {})
    code = str(told.get("Code"))
    message = " ".join(str(told.get("Message") or error.response.get("message") or "").split())
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId") or "")
    if code in ("RequestTooLargeException", "RequestEntityTooLargeException") or status == 413:
        failed = FunctionError(type="RequestTooLargeException", message=message)
        return Outcome(status=Status.TOO_LARGE, error=failed, request_id=request_id)
    if code == "InvalidRequestContentException":
        failed = FunctionError(type=code, message=message)
        return Outcome(status=Status.ERROR, error=failed, request_id=request_id)
    raise TargetError(f"{function} cannot be invoked: {code}: {message}{_mend(code)}") from error


def _mend(code: str) -> str:
    if code == "ResourceNotFoundException":
        return "; check the function's name, the region and the endpoint"
    if code in ("AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"):
        return "; use credentials that may call lambda:InvokeFunction on it"
    if code == "TooManyRequestsException":
        return "; lower the number of workers, or the function's concurrency is used up"
    return ""


def _unreached(function: str, client: Any, error: BotoCoreError) -> str:
    place = client.meta.endpoint_url
    if isinstance(error, (EndpointConnectionError, ConnectTimeoutError)):
        return f"{function}: {place} cannot be reached; check that it runs and its address"
    if isinstance(error, NoCredentialsError):
        return f"{function}: no AWS credentials; set AWS_PROFILE, or log in with `aws sso login`"
    return f"{function}: {place}: {' '.join(str(error).split())}"
