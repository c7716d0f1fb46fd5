"""Functions of Google Cloud where they run: the Functions Framework, or Cloud Run.

Options: `url` ("{function}" stands for the function's name), `token` (an identity token).
https://cloud.google.com/run/docs/triggering/https-request
"""

import json
from collections.abc import Mapping
from typing import Any

from harness.model import Function, Outcome, Trigger
from harness.targets.answering import HttpTarget, Line, Platform, Request, not_sent

_DEFAULT = "http://localhost:8080"


class GoogleTarget(HttpTarget):
    """HTTP requests as they are, CloudEvents in binary mode, background events as their JSON."""

    def __init__(self, function: Function, line: Line, token: str) -> None:
        super().__init__("google", function, line)
        self._token = token

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
        if not isinstance(told, dict):
            return not_sent("an event of Google's is a mapping")
        own = [("authorization", f"Bearer {self._token}")] if self._token else []
        if "method" in told and "headers" in told:
            return self.send(self._request(told, own))
        headers, body = [("content-type", "application/json")], told
        if "specversion" in told:
            headers, body = binary(told)
        sent = json.dumps(body).encode()
        request = Request(method="POST", url=f"{self._url}/", headers=[*headers, *own], body=sent)
        return self.send(request)

    def _request(self, told: Mapping[str, Any], own: list[tuple[str, str]]) -> Request:
        body = told.get("body")
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        named = told["headers"] if isinstance(told["headers"], dict) else {}
        query = told.get("query")
        return Request(
            method=str(told["method"]),
            url=f"{self._url}{told.get('path', '/')}",
            headers=[*((k, str(v)) for k, v in named.items() if k.lower() != "host"), *own],
            query={k: str(v) for k, v in query.items()} if isinstance(query, dict) else {},
            body=text.encode("utf-8", "surrogatepass"),
        )


def binary(event: Mapping[str, Any]) -> tuple[list[tuple[str, str]], Any]:
    """(headers, data) of a CloudEvent in binary mode.

    https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
    """
    headers = [("content-type", str(event.get("datacontenttype") or "application/json"))]
    for name, value in event.items():
        if name not in ("data", "datacontenttype"):
            text = value if isinstance(value, str) else json.dumps(value)
            headers.append((f"ce-{name}", "".join(map(_attribute, text))))
    return headers, event.get("data")


def _attribute(character: str) -> str:
    """Controls, space, quote, percent and what is not ASCII are percent-encoded."""
    if "!" <= character <= "~" and character not in '"%':
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


PROVIDER = Platform(
    name="google",
    provider="gcp",
    kind="function of Google Cloud",
    default=_DEFAULT,
    secret=frozenset({"token"}),
    make=lambda function, line, options: GoogleTarget(
        function, line, str(options.get("token") or "")
    ),
)
