"""Where moto does the same costly work over and over whose result never changes."""

import functools
from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from boto3 import Session
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.core import responses, serialize
from moto.moto_api._internal import mock_random
from moto.s3.responses import S3Response
from moto.sns.models import Subscription
from moto.sqs import models as sqs_models
from werkzeug.http import http_date

from harness.observers.cloud.queues import apply as apply_to_queues
from harness.observers.cloud.rows import apply as apply_to_rows


def apply() -> None:
    """Keep the results. Doing it twice does no harm."""
    for module, name in (
        (responses, "method_names_from_class"),  # of a response class, for every call
        (responses, "camelcase_to_underscores"),  # of an operation, letter by letter
        (sqs_models, "camelcase_to_underscores"),
        (serialize, "xform_name"),
    ):
        _cache(module, name)
    # By a variable, as moto does not export these names.
    made: Any = responses
    made.parse_qsl = _fields
    made.gen_amzn_requestid_long = _request_id
    made.http_date = date_header
    # A key a subscription, made at its first message: 60 ms after every restore.
    subscription: Any = Subscription
    subscription.private_key = lambda _: _signing_key()
    picker: Any = serialize.XFormedAttributePicker
    picker.get_possible_keys = _possible_keys
    s3: Any = S3Response
    s3.subdomain_based_buckets = staticmethod(_names_bucket_in_host)
    session: Any = Session
    session.get_available_regions = _available_regions
    apply_to_queues()
    apply_to_rows()


def _cache(module: Any, name: str) -> None:
    function = getattr(module, name)
    if not hasattr(function, "cache_info"):
        setattr(module, name, functools.lru_cache(maxsize=512)(function))


@functools.cache
def _signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _request_id(headers: dict[str, Any] | None = None) -> str:
    """52 of A-F and 0-9 in one draw; moto draws a letter at a time."""
    made = f"{mock_random.getrandbits(208):052X}"
    if isinstance(headers, dict):
        headers["x-amzn-requestid"] = made
    return made


def date_header(moment: datetime) -> str:
    """A moment of UTC as in a Date header; most calls fall into the second of the last."""
    return _http_second(moment.replace(microsecond=0))


@functools.lru_cache(maxsize=4)
def _http_second(moment: datetime) -> str:
    return http_date(moment)


_look_up_regions = Session.get_available_regions


def _available_regions(
    _: Session, service_name: str, partition_name: str = "aws", allow_non_regional: bool = False
) -> list[str]:
    """Each session reads all endpoints and the service's model for it; moto makes many sessions."""
    return list(_regions(service_name, partition_name, allow_non_regional))


@functools.cache
def _regions(service: str, partition: str, others: bool) -> tuple[str, ...]:
    return tuple(_look_up_regions(_one_session(), service, partition, others))


@functools.cache
def _one_session() -> Session:
    return Session()


def _fields(body: str, **options: Any) -> list[tuple[str, str]]:
    """moto reads any body as a form too, and would do what "&Action=" in a JSON text asks for."""
    return [] if body[:1] in ("{", "[") else parse_qsl(body, **options)


_work_out_host = S3Response.subdomain_based_buckets


def _names_bucket_in_host(request: Any) -> bool:
    """Five times a call, by a dozen regular expressions, of the one host we have."""
    host = request.headers.get("host")
    return _host_names_bucket(host) if host else bool(_work_out_host(request))


@functools.lru_cache(maxsize=64)
def _host_names_bucket(host: str) -> bool:
    return bool(_work_out_host(SimpleNamespace(headers={"host": host})))


_work_out_keys = serialize.XFormedAttributePicker.get_possible_keys


def _possible_keys(self: Any, context: Any) -> Iterable[str]:
    """The names under which a member of an answer may stand in what a backend returned.

    They follow from the member's shape and the object's class, so they are kept with the shape.
    """
    known = vars(context.shape).setdefault("_possible_keys", {})
    at = type(context.obj), context.key
    if at not in known:
        known[at] = tuple(_work_out_keys(self, context))
    keys: tuple[str, ...] = known[at]
    return keys
