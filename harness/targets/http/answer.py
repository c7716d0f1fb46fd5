"""An HTTP response as the Outcome of the function behind it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.model import FunctionError, Outcome, Status
from harness.targets.http.fronts import Meaning, added, meaning

_STATUS = {
    Meaning.ERROR: Status.ERROR,
    Meaning.TIMEOUT: Status.TIMEOUT,
    Meaning.TOO_LARGE: Status.TOO_LARGE,
    Meaning.THROTTLED: Status.UNSENT,
    Meaning.REFUSED: Status.UNSENT,
}
_REQUEST_IDS = ("x-amzn-requestid", "apigw-requestid", "x-amz-request-id")
# Several headers of one name cannot be joined when they have commas of their own.
_APART = "set-cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """`headers` have names in lower case, in order; `milliseconds` from sending to its end."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    milliseconds: float


def outcome_of(contract: str, response: Response) -> Outcome:
    """What a response says of the call; `contract` names that of the trigger's answers.

    `response` is put into the form in which the function gave it to its front. What the front
    says on its own account is a status: it failed, timed out, or was never called (UNSENT).
    """
    text = response.body.decode("utf-8", "replace")
    request_id = next((v for k, v in response.headers if k in _REQUEST_IDS), "")
    means = meaning(contract, response.status, text)
    if means is not None:
        said = f"{response.status} {' '.join(text.split())[:200]}".strip()
        return Outcome(
            status=_STATUS[means],
            error=FunctionError(type=f"Front.{response.status}", message=said),
            duration=response.milliseconds,
            request_id=request_id,
        )
    given = _given(contract, response)
    return Outcome(
        status=Status.OK,
        response=given,
        raw=json.dumps(given, ensure_ascii=False),
        duration=response.milliseconds,
        request_id=request_id,
    )


def _given(contract: str, response: Response) -> dict[str, Any]:
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        if not added(name):
            headers.setdefault(name, []).append(value)
    given: dict[str, Any] = {"statusCode": response.status}
    if contract in ("http-v1", "alb-multi-value"):
        given["multiValueHeaders"] = headers
    else:
        cookies = headers.pop(_APART, [])
        given["headers"] = {name: ", ".join(values) for name, values in headers.items()}
        if contract == "http-v2" and cookies:
            given["cookies"] = cookies
        elif cookies:
            given["headers"][_APART] = cookies[-1]
    try:
        given["body"] = response.body.decode()
        given["isBase64Encoded"] = False
    except UnicodeDecodeError:
        given["body"] = base64.b64encode(response.body).decode()
        given["isBase64Encoded"] = True
    return given
