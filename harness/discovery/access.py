"""Who may call a route: the fact `authorization` of HTTP triggers.

It is the authorizer's name or type, API_KEY, or NONE where the front lets everybody through.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
"""

from collections.abc import Mapping
from typing import Any

from harness.discovery.shapes import mapping
from harness.discovery.stack import Resource, Stack

_TYPES = {"AWS_IAM": "iam", "JWT": "jwt", "CUSTOM": "lambda", "REQUEST": "lambda"}
_KINDS = {"Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi"}


def sam_access(
    stack: Stack, kind: str, api: Resource | None, properties: Mapping[str, Any]
) -> dict[str, str]:
    """Of a SAM event: its own Auth, else its API's default (Globals, for the implicit API)."""
    own = mapping(properties.get("Auth"))
    if api is not None and api.kind != _KINDS[kind]:
        return {"authorization": str(own["Authorizer"])} if own.get("Authorizer") else {}
    default = _shared(stack, kind, api)
    named = own.get("Authorizer") or default.get("DefaultAuthorizer")
    if str(named or "NONE") == "NONE" and (
        own.get("ApiKeyRequired") or default.get("ApiKeyRequired")
    ):
        return {"authorization": "API_KEY"}
    if own.get("ResourcePolicy") or default.get("ResourcePolicy"):
        return {}
    return {"authorization": str(named or "NONE")}


def authorizer_words(stack: Stack, api: Resource | None, name: str) -> dict[str, str]:
    """What kind of authorizer an HTTP API's route has: it says what the event tells of the caller.

    `name` is that of an authorizer, or AWS_IAM, or a type as AWS::ApiGatewayV2::Route has it.
    """
    kind = _TYPES.get(name.upper())
    declared = mapping(mapping(_shared(stack, "HttpApi", api).get("Authorizers")).get(name))
    if declared:
        kind = "lambda" if declared.get("FunctionArn") else "jwt"
    for authorizer in stack.of_kind("AWS::ApiGatewayV2::Authorizer"):
        if name in (authorizer.properties.get("Name"), authorizer.physical):
            kind = _TYPES.get(str(authorizer.properties.get("AuthorizerType")).upper())
    return {"authorizer": kind} if kind else {}


def _shared(stack: Stack, kind: str, api: Resource | None) -> Mapping[str, Any]:
    properties = stack.defaults(_KINDS[kind]) if api is None else api.properties
    return mapping(properties.get("Auth"))


def method_access(properties: Mapping[str, Any]) -> dict[str, str]:
    """Of an AWS::ApiGateway::Method or an AWS::ApiGatewayV2::Route."""
    kind = str(properties.get("AuthorizationType") or "NONE").upper()
    if kind == "NONE" and str(properties.get("ApiKeyRequired", "")).lower() == "true":
        kind = "API_KEY"
    return {"authorization": kind}


def url_access(properties: Mapping[str, Any]) -> dict[str, str]:
    """Of a function URL, declared on its own or in a SAM function."""
    kind = properties.get("AuthType")
    return {"authorization": str(kind)} if kind else {}


def url_words(properties: Mapping[str, Any]) -> dict[str, str]:
    """Whether a function URL tells who signed the request."""
    return {"auth": "iam"} if properties.get("AuthType") == "AWS_IAM" else {}
