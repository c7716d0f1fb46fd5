"""A running host of Azure Functions (`func start`, or deployed): its HTTP and its admin interface.

Options: `url` of the host, `key` (the app's master key; `func start` wants none).
https://learn.microsoft.com/en-us/azure/azure-functions/functions-manually-run-non-http
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.model import Function, Outcome, Status, Trigger
from harness.targets.answering import BLIND, HttpTarget, Line, Request, checked, line_of, not_sent
from harness.targets.base import Setup

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


class _Targets:
    account = None

    def __init__(self, setup: Setup) -> None:
        self._line = line_of(setup, "key")
        self._key = str(setup.options.get("key") or "")

    def of(
        self,
        function: Function,
        *,
        environment: Mapping[str, str],
        coverage: bool = False,
    ) -> AzureTarget:
        return AzureTarget(function, self._line, self._key)

    def refuses(self, function: Function, trigger: Trigger) -> str:
        if function.provider != "azure":
            return f"{function.name} is no function of Azure"
        if trigger.template == "azure.blob.changed":
            return "its host fetches the blob itself; test it with --target local"
        return ""


class _Provider:
    name = "azure"
    lacks = BLIND
    secret = frozenset({"key"})
    deployed = True

    def check(self, setup: Setup) -> Setup:
        return checked(self.name, setup, ("key",), default=_DEFAULT)

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Targets]:
        yield _Targets(setup)


PROVIDER = _Provider()
