"""A running host of Azure Functions (`func start`, or deployed): its HTTP and its admin interface.

Options: `url` of the host, `key` (the app's master key; `func start` wants none).
https://learn.microsoft.com/en-us/azure/azure-functions/functions-manually-run-non-http
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.model import Function, Outcome, Status, Trigger
from harness.targets.answering import HttpTarget, Line, Platform, Request, not_sent

_DEFAULT = "http://localhost:7071"


class AzureTarget(HttpTarget):
    """HTTP triggers by their route; of other triggers the admin interface takes the data alone."""

    def __init__(self, function: Function, line: Line, key: str) -> None:
        super().__init__("azure", function, line)
        self._own = [("x-functions-key", key)] if key else []

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
        told = json.loads(event)
        data = told.get("Data") if isinstance(told, dict) else None
        if not isinstance(data, dict) or not data:
            return not_sent("an event of Azure's has Data")
        value = next(iter(data.values()))
        if isinstance(value, dict) and "Method" in value and "Url" in value:
            return self.send(self._request(value))
        text = value if isinstance(value, str) else json.dumps(value)
        request = Request(
            method="POST",
            url=f"{self._url}/admin/functions/{self._function.name}",
            headers=[("content-type", "application/json"), *self._own],
            body=json.dumps({"input": text}).encode(),
        )
        return self.send(request)

    def outcome(self, answer: httpx.Response) -> Outcome:
        """As of HTTP; 202 is the admin interface's, which tells nothing of how it went."""
        if answer.status_code == httpx.codes.ACCEPTED and "/admin/" in answer.request.url.path:
            return Outcome(status=Status.OK)
        return super().outcome(answer)

    def _request(self, told: Mapping[str, Any]) -> Request:
        headers = [
            (name, str(value))
            for name, values in (told.get("Headers") or {}).items()
            for value in (values if isinstance(values, list) else [values])
            if name.lower() != "host"
        ]
        body = told.get("Body")
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        return Request(
            method=str(told["Method"]),
            url=f"{self._url}{urlsplit(str(told['Url'])).path}",
            headers=[*headers, *self._own],
            query={k: str(v) for k, v in (told.get("Query") or {}).items()},
            body=text.encode("utf-8", "surrogatepass"),
        )


def _refused(trigger: Trigger) -> str:
    if trigger.template == "azure.blob.changed":
        return "its host fetches the blob itself; test it with --target local"
    return ""


PROVIDER = Platform(
    name="azure",
    provider="azure",
    kind="function of Azure",
    default=_DEFAULT,
    secret=frozenset({"key"}),
    make=lambda function, line, options: AzureTarget(function, line, str(options.get("key") or "")),
    refused=_refused,
)
