"""Actions of a running OpenWhisk, invoked by its REST interface.

Options: `url` of the API host, `auth` (`user:password`, as `wsk property get --auth` tells it),
`namespace` (default `_`, that of `auth`).
https://github.com/apache/openwhisk/blob/master/docs/rest_api.md
"""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from harness.model import Function, FunctionError, Outcome, Status, Trigger
from harness.targets.answering import BLIND, HttpTarget, Line, Platform, Request, not_sent

_DEFAULT = "http://localhost:3233"
# What the activation record tells beyond the answer.
_LACKS = BLIND - {"logs"}


class OpenWhiskTarget(HttpTarget):
    """Blocking invocations, whose activation record says how it went."""

    blind = _LACKS

    def __init__(self, function: Function, line: Line, options: Mapping[str, Any]) -> None:
        super().__init__("openwhisk", function, line)
        self._headers = [("content-type", "application/json")]
        if options.get("auth"):
            auth = base64.b64encode(str(options["auth"]).encode()).decode()
            self._headers.append(("authorization", f"Basic {auth}"))
        self._namespace = str(options.get("namespace") or "_")

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke."""
        if not isinstance(json.loads(event), dict):
            return not_sent("parameters of an action are a mapping")
        name = quote(self._function.name, safe="/")
        return self.send(
            Request(
                method="POST",
                url=f"{self._url}/api/v1/namespaces/{self._namespace}/actions/{name}",
                query={"blocking": "true", "result": "false"},
                headers=self._headers,
                body=event,
            )
        )

    def outcome(self, answer: httpx.Response) -> Outcome:
        """Of the activation record; anything else than one is the platform's refusal."""
        try:
            told = answer.json()
            response = told["response"]
            result, went = response.get("result"), response["status"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return super().outcome(answer)
        error = None
        if went != "success":
            message = result.get("error", result) if isinstance(result, dict) else result
            text = message if isinstance(message, str) else json.dumps(message)
            error = FunctionError(type=str(went), message=text)
        return Outcome(
            status=_status(str(went), error),
            response=result,
            raw=json.dumps(result),
            error=error,
            logs="\n".join(str(line) for line in told.get("logs") or ()),
            request_id=str(told.get("activationId", "")),
        )


def _status(went: str, error: FunctionError | None) -> Status:
    if error is None:
        return Status.OK
    if "time limit" in error.message or "timed out" in error.message:
        return Status.TIMEOUT
    return Status.CRASH if went == "whisk internal error" else Status.ERROR


PROVIDER = Platform(
    name="openwhisk",
    provider="openwhisk",
    kind="action of OpenWhisk",
    default=_DEFAULT,
    secret=frozenset({"auth"}),
    options=("namespace",),
    lacks=_LACKS,
    make=OpenWhiskTarget,
)
