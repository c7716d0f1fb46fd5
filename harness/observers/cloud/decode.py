"""From the bytes of a request and its answer to an AwsCall: by botocore's service models."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from harness.model import AwsCall
from harness.observers.cloud.request import Answer, Request, lean

TEXT = 64 * 1024  # bodies are cut here

_READS = (
    "Get",
    "List",
    "Describe",
    "Query",
    "Scan",
    "Head",
    "BatchGet",
    "TransactGet",
    "Receive",
    "Search",
    "Lookup",
    "Check",
    "Validate",
    "Test",
    "Simulate",
    "Select",
    "Estimate",
    "Detect",
)
# Of KMS: they compute and leave nothing behind. As prefixes they would take in "SignUp".
_PURE = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
_XML_CODE = re.compile(r"<Code>([^<]{1,200})</Code>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, kept raw: most are never looked at."""

    service: str
    request: Request
    answer: Answer
    rows: tuple[Mapping[str, Any], ...] = ()

    @property
    def weight(self) -> int:
        """Bytes it takes in memory, roughly."""
        return 2_000 + len(self.request.body) + len(self.answer.body)


def named_operation(request: Request) -> str | None:
    """The operation where the request names it (JSON and query protocols), else None."""
    for name, value in request.headers.items():
        if name.lower() == "x-amz-target":
            return value.rpartition(".")[2]
    # Only a form: what a function stores may hold "&Action=" as well.
    if request.is_form() and b"Action=" in request.body[:65536]:
        return dict(parse_qsl(request.body.decode("latin-1"))).get("Action")
    return None


def is_read(operation: str) -> bool:
    return operation in _PURE or operation.startswith(_READS)


def decode(exchange: Exchange) -> AwsCall:
    """The call behind an exchange.

    Where botocore has no model of the service, or the request does not fit it, the operation is
    the one the request names, else the method and path; parameters are then the JSON or form body.
    """
    request, answer = exchange.request, exchange.answer
    operation, parameters = _by_model(exchange.service, request)
    # A JSON body as it was sent also shows what the model does not know. In REST it may be the
    # content of an object, or the event for another function.
    named = operation is None or request.header("x-amz-target") != ""
    plain = _plain_body(request) if named or not parameters else None
    if operation is None:
        operation = f"{request.method} {request.target.partition('?')[0]}"
    return AwsCall(
        service=exchange.service,
        operation=operation,
        parameters=_plain({**(plain or {}), **parameters}),
        status=answer.status,
        error=_error(answer),
        result=_result(answer),
        mutating=not is_read(operation) and request.method not in {"GET", "HEAD", "OPTIONS"},
        rows=exchange.rows,
    )


def _by_model(service: str, request: Request) -> tuple[str | None, dict[str, Any]]:
    named = named_operation(request)
    model = _model(service)
    if model is None:
        return named, {}
    try:
        moto = lean(request, "127.0.0.1", "123456789012")
        url_params: dict[str, Any] = {}
        if named is not None:
            operation = model.operation_model(named)
        else:
            operation, matched = get_service_router(service).match(moto)
            url_params = dict(matched)
        protocol = determine_request_protocol(model, moto.content_type)
        parsed = PROTOCOL_PARSERS[protocol](operation, map_type=dict).parse(
            {
                "method": request.method,
                "values": moto.values,
                "headers": moto.headers,
                "body": request.body,
                "url_path": moto.path,
                "url_params": url_params,
            }
        )
    except (OperationNotFoundError, HTTPException):
        return named, {}  # HTTPException: no such path, or a host that is none
    except (RequestParserError, NotImplementedError, ValueError, LookupError, TypeError):
        return named, {}  # a body which is not what the model says: hostile input does that
    except AttributeError:
        return named, {}  # moto's parsers trip so over JSON of another shape
    found = dict(parsed or {})
    if service == "s3" and isinstance(found.get("Metadata"), dict):
        # S3 keeps the names of user metadata in lower case; WSGI capitalises headers.
        found["Metadata"] = {str(k).lower(): v for k, v in found["Metadata"].items()}
    return str(operation.name), found


@cache
def _model(service: str) -> ServiceModel | None:
    """botocore's model of a service; None, and not looked for again, where it has none."""
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def _plain_body(request: Request) -> dict[str, Any] | None:
    if request.body[:1] == b"{":
        try:
            loaded = json.loads(request.body)
        except ValueError:
            return None
        return loaded if isinstance(loaded, dict) else None
    return None


def _plain(value: Any) -> Any:
    """A value of JSON: bytes and streams as text, dates in ISO form, texts cut."""
    if isinstance(value, str):
        return value[:TEXT]
    if isinstance(value, bytes | bytearray):
        return bytes(value[:TEXT]).decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "read"):
        return _plain(value.read())
    return str(value)[:TEXT]


def _result(answer: Answer) -> Any:
    if len(answer.body) <= TEXT and answer.body[:1] in (b"{", b"["):
        try:
            return json.loads(answer.body)
        except ValueError:
            pass  # an object of S3 may begin like JSON
    return answer.body[:TEXT].decode("utf-8", "replace")


def _error(answer: Answer) -> str | None:
    """The AWS error code: in a header, in the JSON or in the XML (by protocol)."""
    if answer.status < 400:
        return None
    result = _result(answer)
    code = answer.headers.get("x-amzn-errortype")
    if code is None and isinstance(result, dict):
        code = result.get("__type") or result.get("code") or result.get("Code")
    if code is None and isinstance(result, str):
        match = _XML_CODE.search(result)
        code = match.group(1) if match else None
    return str(code).rpartition("#")[2].partition(":")[0] if code else str(answer.status)
