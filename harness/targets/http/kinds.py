"""The HTTP events: where each keeps what a request carries, and what a request cannot carry.

Field names are those of the event templates; their `source` says where they are documented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.model import Address, EventTemplate

_FOLDERS = ("apigateway", "elb", "lambda", "vpclattice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Names of an event's fields; empty where it has none. `carried` are all of them.

    `raw`: the query stands in the event as in the URL, encoded.
    """

    method: str
    path: str
    query: str
    queries: str = ""
    raw_query: str = ""
    headers: str = "headers"
    header_lists: str = ""
    cookies: str = ""
    base64: str = "isBase64Encoded"
    raw: bool = False

    @property
    def carried(self) -> frozenset[str]:
        """Fields at the top of the event which follow from the request."""
        named = (self.path, self.query, self.queries, self.raw_query, self.headers, self.cookies)
        more = (self.header_lists, self.base64, "body", "pathParameters", "resource", "routeKey")
        return frozenset(filter(None, (*named, *more, self.method.split("/")[0]))) - {
            "requestContext"
        }


_V1 = Kind(
    method="httpMethod",
    path="path",
    query="queryStringParameters",
    queries="multiValueQueryStringParameters",
    header_lists="multiValueHeaders",
)
_V2 = Kind(
    method="requestContext/http/method",
    path="rawPath",
    query="queryStringParameters",
    raw_query="rawQueryString",
    cookies="cookies",
)
_ALB = Kind(method="httpMethod", path="path", query="queryStringParameters", raw=True)
_ALB_LISTS = Kind(
    method="httpMethod",
    path="path",
    query="",
    queries="multiValueQueryStringParameters",
    headers="",
    header_lists="multiValueHeaders",
    raw=True,
)
_LATTICE = Kind(
    method="method", path="path", query="", queries="queryStringParameters", headers="",
    header_lists="headers",
)  # fmt: skip
_LATTICE_V1 = Kind(
    method="method", path="raw_path", query="query_string_parameters", base64="is_base64_encoded"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An HTTP trigger: its template, its event's kind, and leaves that the service fills in.

    `repeated` are addresses at which the event repeats what the request or the trigger says.
    """

    template: EventTemplate
    kind: Kind
    repeated: frozenset[str]

    @property
    def contract(self) -> str:
        """The name of the contract for answers."""
        return self.template.response.kind


@cache
def doors() -> Mapping[str, Door]:
    """The HTTP triggers by the ids of their templates."""
    folders = [data_folder("event_templates") / "aws" / name for name in _FOLDERS]
    found = {}
    for template in load_templates(*folders):
        kind = _kind(template)
        if kind is not None:
            repeated = frozenset(map(str, _repeated(template)))
            found[template.id] = Door(template=template, kind=kind, repeated=repeated)
    return found


def _kind(template: EventTemplate) -> Kind | None:
    match template.response.kind:
        case "http-v1":
            return _V1
        case "http-v2":
            return _V2
        case "alb":
            return _ALB
        case "alb-multi-value":
            return _ALB_LISTS
        case "lattice":
            return _LATTICE_V1 if "raw_path" in template.event else _LATTICE
    return None


def _repeated(template: EventTemplate) -> Iterator[Address]:
    for binding in template.bindings:
        yield binding.address
    for point in template.points:
        yield from point.mirrors


def uncarried(door: Door, event: Mapping[str, Any]) -> str:
    """The first place where the event differs from the template and no request can make it so."""
    carried = door.kind.carried
    ours = {name: value for name, value in event.items() if name not in carried}
    base = {name: value for name, value in door.template.event.items() if name not in carried}
    for place in _differences(ours, base, ""):
        if place not in door.repeated:
            return place
    return ""


def _differences(ours: Any, base: Any, place: str) -> Iterator[str]:
    if isinstance(ours, Mapping) and isinstance(base, Mapping):
        for name in dict.fromkeys((*ours, *base)):
            text = str(Address(()).key(name))
            missing = object()
            yield from _differences(
                ours.get(name, missing), base.get(name, missing), f"{place}{text}"
            )
    elif ours != base:
        yield place
