"""From an AWS request straight to the response class of moto that answers it.

moto's own server asks every service's host patterns in turn and then routes through a Flask
application per service; both cost more than most operations do. Here the service is worked out by
moto's rules once per host, and its URL patterns are tried in moto's in-process order. What answers
is moto's own code all the same.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError
from botocore.loaders import Loader
from moto import backends
from moto.backend_index import backend_url_patterns
from moto.core.base_backend import BackendDict
from moto.core.exceptions import ServiceException
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException

from harness.observers.cloud.request import Answer, Request, environ, lean
from harness.observers.cloud.resources import bedrock, openai
from harness.observers.cloud.shortcut import prepared

# moto's names have no dashes ("cognitoidp"), botocore's do; moto's few others are spelt out.
_BOTOCORE: dict[str, str] = {
    n.replace("-", ""): n for n in Loader().list_available_services("service-2")
}
_BOTOCORE |= {"awslambda": "lambda", "dynamodb_v20111205": "dynamodb"}
_MOTO = (*backends.list_of_moto_modules(), *dict(backend_url_patterns), "lambda")
_KNOWN = {name.replace("-", "") for name in _MOTO}

_Handler = Callable[[Any, str, Any], Any]
_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([a-z0-9-]+)/([A-Za-z0-9-]+)/aws4_request")
# Services whose signing name says it all ("/v20180820/" is S3 Control).
_PLAIN = {n: n for n in ("s3", "sqs", "sns", "ssm", "secretsmanager", "sts", "events", "kinesis")}
_PLAIN |= {"kms": "kms", "firehose": "firehose", "logs": "logs", "states": "stepfunctions"}
_inference = DomainDispatcherApplication(create_backend_app)


class Dispatcher:
    """Answers AWS requests out of moto's backends, in the account of the application."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._host = "127.0.0.1"

    def service_of(self, request: Request) -> str:
        """moto's name of the service asked, which is botocore's ("stepfunctions", "cognito-idp").

        An unsigned request that says nothing of its service is one to S3, as in moto.
        """
        if request.target.startswith(openai.PATH + "/"):
            return openai.SERVICE
        scope = _SCOPE.search(request.header("authorization"))
        named = scope.group(2) if scope else "unknown"
        path = request.target.partition("?")[0]
        if named in _PLAIN and not path.startswith("/v20180820/"):
            return _PLAIN[named]
        if named == "dynamodb" and request.header("x-amz-target").startswith("DynamoDB_2012"):
            return named
        environment = environ(request, self._host, self._account)
        try:
            host = _inference.infer_service_region_host(environment, path)
        except (KeyError, IndexError, ValueError, HTTPException):
            return named  # a request that lacks what its service needs, or with a host that is none
        name: str = _backend_name(host or "s3.us-east-1.amazonaws.com") or named
        return _BOTOCORE.get(name.replace("-", ""), name)

    def answer(self, service: str, request: Request) -> Answer:
        """What moto answers. What moto has not got is 501, which no SDK tries again."""
        if service == bedrock.SERVICE:
            return bedrock.answer(request)
        if service == openai.SERVICE:
            return openai.answer(request)
        handler = _handler(service, request.target.partition("?")[0])
        if handler is None:
            return _refusal(501, "NotImplemented", f"the local cloud has no {service} for this")
        try:
            short = prepared(handler, service, request, self._host, self._account)
            if short is not None:
                result = short.call_action()
            else:
                made = lean(request, self._host, self._account)
                result = handler(made, made.raw_url, dict(made.headers))
            return _answer(result, request.method)
        except ClientError as error:
            result = 400, {}, error.response["Error"]["Message"]
        except ServiceException as error:
            return _refusal(400, str(error.code), str(error.message))
        except HTTPException as error:
            headers = {str(k): str(v) for k, v in error.get_headers() or ()}
            result = error.code or 400, headers, error.description or ""
        except NotImplementedError as error:
            return _refusal(501, "NotImplemented", str(error))
        except Exception as error:
            # moto is less careful than AWS with what it does not expect: where it trips, the
            # service would have refused. A 5xx would make every SDK try again with pauses.
            return _refusal(400, "ValidationException", f"{type(error).__name__}: {error}")
        return _answer(result, request.method)


@lru_cache(maxsize=512)
def _backend_name(host: str) -> str | None:
    if host.replace("-", "") in _KNOWN:
        return host
    url = f"http://{host}"
    return next((name for name, at in backend_url_patterns if at.match(url)), None)


@lru_cache(maxsize=64)
def routes(service: str) -> tuple[tuple[re.Pattern[str], _Handler], ...]:
    """The paths of a service that moto has, and what answers each."""
    get_backend: Any = backends.get_backend  # typed for literal names only
    found = get_backend(service)
    if isinstance(found, BackendDict):
        account = found["123456789012"]
        backend = account["us-east-1" if "us-east-1" in account else "aws"]
    else:
        backend = found["global"]
    return tuple((re.compile(path), handler) for path, handler in backend.url_paths.items())


def _handler(service: str, path: str) -> _Handler | None:
    if service.replace("-", "") not in _KNOWN:
        return None
    return next((h for pattern, h in routes(service) if pattern.match(path)), None)


def _answer(result: Any, method: str) -> Answer:
    status, headers, content = result if len(result) == 3 else (200, {}, result)
    body = content.encode() if isinstance(content, str) else bytes(content or b"")
    kept = {
        str(name).lower(): str(value)
        for name, value in headers.items()
        if str(name).lower() not in {"status", "connection", "transfer-encoding"}
    }
    told = kept.pop("content-length", None)
    length = int(told) if method == "HEAD" and told is not None else None
    return Answer(status=int(status), headers=kept, body=body, length=length)


def _refusal(status: int, code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "code": code, "message": message, "Message": message})
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
    return Answer(status=status, headers=headers, body=body.encode())
