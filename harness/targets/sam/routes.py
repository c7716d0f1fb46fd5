"""The routes that `sam local start-api` serves: whose they are, and how a template names them.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-api.html
and https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-httpapi.html
"""

import re
from collections.abc import Mapping
from typing import Any

from harness.model import Application, Trigger

# The event types of SAM by event template. Behind authorizers of other kinds than functions SAM CLI
# lets everybody in and tells the function nothing of the caller, so theirs are not among them.
# What it makes of a REST API's request is the older form of an HTTP API's too.
_TYPES = {
    "aws.apigateway.rest": "Api",
    "aws.apigateway.http-v1": "Api",
    "aws.apigateway.http": "HttpApi",
}
_PARAMETER = re.compile(r"\{([^}+]+)\+?\}")
# SAM CLI makes Flask's routes of them, whose parameters are identifiers.
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_REST = ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi")
_DEFAULT = "$default"
_ANY = "ANY"

Route = tuple[str, str, str]


def is_api(trigger: Trigger) -> bool:
    """Whether its events are those that start-api makes of requests."""
    return trigger.template in _TYPES


def route(trigger: Trigger) -> Route:
    """(event type, path, method) of an API's trigger; the route of all that is left has no path."""
    facts = trigger.facts
    path = "" if facts.get("route_key") == _DEFAULT else facts.get("path", "/")
    return _TYPES[trigger.template], path, facts.get("method", _ANY)


def routes(application: Application) -> Mapping[str, tuple[Route, ...]]:
    """The routes of each function by name, as far as one address can serve them all.

    Of two APIs that have the same route the first one has it. What is left out is called without
    a front.
    """
    served: dict[str, tuple[Route, ...]] = {}
    taken: dict[str, set[str]] = {}
    for function in application.functions:
        own: dict[Route, None] = {}
        for each in map(route, filter(is_api, function.triggers)):
            _, path, method = each
            names = _PARAMETER.findall(path)
            methods = taken.setdefault(_PARAMETER.sub("{}", path), set())
            if {method, _ANY} & methods or (method == _ANY and methods):
                continue
            if all(map(_IDENTIFIER.fullmatch, names)):
                methods.add(method)
                own[each] = None
        served[function.name] = tuple(own)
    return served


def binary_types(application: Application) -> list[str]:
    """The media types whose bodies reach a function as base64, of all APIs: start-api has one list.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    """
    found: dict[str, None] = {}
    for resource in application.resources:
        if resource.kind not in _REST:
            continue
        told = resource.properties
        documents = [d for d in (told.get("DefinitionBody"), told.get("Body")) if d]
        for declared in (told, *documents):
            if isinstance(declared, Mapping):
                for name in ("BinaryMediaTypes", "x-amazon-apigateway-binary-media-types"):
                    given = declared.get(name)
                    found |= dict.fromkeys(map(str, given)) if isinstance(given, list) else {}
    for function in application.functions:
        for trigger in function.triggers:  # of an API that is in no template by itself
            found |= dict.fromkeys(trigger.facts.get("binary_media_types", "").split(","))
    return sorted(filter(None, found))


def events(own: tuple[Route, ...]) -> dict[str, Any]:
    """The `Events` of a function."""
    return {f"Route{i}": _event(*each) for i, each in enumerate(own)}


def _event(kind: str, path: str, method: str) -> dict[str, Any]:
    if not path:
        return {"Type": kind}
    return {"Type": kind, "Properties": {"Path": path, "Method": method.lower()}}
