"""The short way to what moto answers, for services that are asked in JSON.

moto prepares every request for all that any service might want of it: forms, files, query strings,
a copy of the headers. An operation named in a header, with its parameters in a JSON body, wants
nothing of that, and without it the most frequent calls cost half. The operation itself, its checks
and its answer are moto's (`BaseResponse.call_action`).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast
from urllib.parse import ParseResult, urlparse

from moto.core.parse import JSONParser
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model, utcnow
from moto.iam.models import mark_account_as_visited
from moto.utilities.constants import APPLICATION_JSON, JSON_TYPES
from moto.utilities.utils import get_partition

from harness.observers.cloud.faster import date_header
from harness.observers.cloud.request import Request

# Those whose classes in moto look at parameters, headers and region only.
_SERVICES = frozenset(
    {
        "dynamodb",
        "events",
        "firehose",
        "kinesis",
        "kms",
        "logs",
        "secretsmanager",
        "sqs",
        "ssm",
        "stepfunctions",
    }
)
_DISPATCH = vars(BaseResponse)["dispatch"].__func__
_KINDS = frozenset(JSON_TYPES) - {APPLICATION_JSON}  # which is REST's


def prepared(
    handler: Callable[..., Any], service: str, request: Request, host: str, account: str
) -> Any:
    """moto's response object, ready for `call_action`; None where the long way must be gone.

    `handler` is what moto's URL table has for the request; `host` stands in for a missing header.
    """
    kind = response_class(handler) if service in _SERVICES else None
    if kind is None:
        return None
    headers = _Headers({name.lower(): value for name, value in request.headers.items()})
    target = headers.get("x-amz-target")
    if not target or headers.get("content-type") not in _KINDS or "content-encoding" in headers:
        return None
    made = kind()
    uri = f"http://{headers.setdefault('host', host)}{request.target}"
    made.uri, made.parsed_url = uri, _parsed(uri)
    made.path = made.parsed_url.path
    made.raw_path, made.method = request.target.partition("?")[0], request.method
    made.normalized_request = None
    made.is_werkzeug_request = False
    made.headers = headers
    made.form_data, made.uri_match = {}, {}
    made.querystring = made.data = {}
    made.raw_body, made.body = request.body, request.body.decode()
    made.region = made.get_region_from_url(made, uri)
    made.partition = get_partition(made.region)
    made.response_headers = {"server": "amazon.com", "date": date_header(utcnow())}
    if made.automated_parameter_parsing:
        parser = _parser(made.boto3_service_name, target.rpartition(".")[2])
        made.params = parser.parse(cast(Any, {"body": request.body}))
    made.access_key, made.current_account = made.get_access_key(), account
    mark_account_as_visited(account, made.access_key, made.service_name, made.region)
    return made


@lru_cache(maxsize=256)
def response_class(handler: Callable[..., Any]) -> Any:
    """The class behind an entry of a URL table, when it prepares requests as all others do."""
    kind: Any = getattr(handler, "__self__", None)
    usual = (
        isinstance(kind, type)
        and issubclass(kind, BaseResponse)
        and getattr(handler, "__func__", None) is _DISPATCH
        and kind._dispatch is BaseResponse._dispatch
        and kind.setup_class is BaseResponse.setup_class
        and not kind.use_raw_body
        and kind.PROTOCOL_PARSER_MAP_TYPE is dict
    )
    return kind if usual else None


class _Headers(dict[str, str]):
    """By names in whatever case; kept in lower case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@lru_cache(maxsize=256)
def _parsed(uri: str) -> ParseResult:
    return urlparse(uri)


@lru_cache(maxsize=1024)
def _parser(service: str, operation: str) -> JSONParser:
    """Raises OperationNotFoundError for an operation that botocore does not know."""
    model = get_service_model(service).operation_model(operation)
    return JSONParser(model, map_type=dict)
