"""A function's answer as its HTTP front (API Gateway, load balancer, function URL) reads it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.model import Case, Observation, Status

HTTP_KINDS = frozenset(
    {"http-v1", "http-v2", "alb", "alb-multi-value", "azure-http", "gcp-http", "openwhisk-web"}
)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (names in lower case, in order, repeated ones too) and body as text."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        """The first value of a header, empty when there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.header("content-type").partition(";")[0].strip().lower()


def http_answer(case: Case, observation: Observation) -> HttpAnswer | None:
    """The answer of a function behind HTTP; None when it is behind something else or failed."""
    response = observation.outcome.response
    if case.invocation.template.response.kind not in HTTP_KINDS:
        return None
    if observation.outcome.status is not Status.OK:
        return None
    if not isinstance(response, dict) or "statusCode" not in response:
        if case.invocation.template.response.kind != "http-v2":
            return None
        # Payload 2.0: what has no status is the body of an answer 200 in JSON.
        body = response if isinstance(response, str) else json.dumps(response)
        return HttpAnswer(200, (("content-type", "application/json"),), body)
    try:
        status = int(response["statusCode"])
    except (TypeError, ValueError):
        return None
    return HttpAnswer(status, _headers(response), _body(response))


def _headers(response: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    single, multiple = response.get("headers"), response.get("multiValueHeaders")
    if isinstance(single, dict):
        found += [(str(name).lower(), str(value)) for name, value in single.items()]
    if isinstance(multiple, dict):
        for name, values in multiple.items():
            if isinstance(values, list):
                found += [(str(name).lower(), str(value)) for value in values]
    cookies = response.get("cookies")
    if isinstance(cookies, list):
        found += [("set-cookie", str(value)) for value in cookies]
    return tuple(found)


def _body(response: Mapping[str, Any]) -> str:
    body = response.get("body")
    if not isinstance(body, str):
        return "" if body is None else json.dumps(body)
    if response.get("isBase64Encoded") is True:
        try:
            return base64.b64decode(body).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return body
    return body
