"""Our own calls: an operation by name, straight to the dispatcher, neither signed nor recorded."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core.utils import get_service_model

from harness.observers.cloud.dispatch import Dispatcher
from harness.observers.cloud.request import Request


class Refused(Exception):
    """The local cloud did not take a call of ours; `code` is the AWS error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Inside:
    """Calls moto as boto3 would, without the wire."""

    def __init__(self, dispatcher: Dispatcher, region: str) -> None:
        self._dispatcher = dispatcher
        # moto reads the region and, for its SDK rules, the service out of a signature's scope.
        self._scope = f"Credential=faasfuzz/20200101/{region}/{{}}/aws4_request"

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parsed answer. Raises Refused for an AWS error."""
        model = get_service_model(service)
        # Serialised by hand for protocols of one URL: botocore's protocol choice prefers others.
        shape = model.operation_model(operation)
        protocol = str(model.protocol)
        made = create_serializer(protocol, include_validation=True).serialize_to_request(
            dict(parameters), shape
        )
        body = made["body"]
        if isinstance(body, dict):
            body = urlencode(body).encode()
        query = urlencode(made["query_string"]) if made["query_string"] else ""
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 {self._scope.format(model.signing_name)}",
            **{str(k): str(v) for k, v in made["headers"].items()},
        }
        request = Request(
            method=made["method"],
            target=made["url_path"] + ("?" + query if query else ""),
            headers=headers,
            body=body.encode() if isinstance(body, str) else bytes(body or b""),
        )
        answer = self._dispatcher.answer(service, request)
        parsed: dict[str, Any] = create_parser(protocol).parse(
            {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body},
            shape.output_shape,
        )
        if answer.status >= 400:
            error = parsed.get("Error", {})
            raise Refused(str(error.get("Code")), str(error.get("Message") or json.dumps(error)))
        return parsed
