"""Who may call a route: the fact `authorization` of HTTP triggers.

It is the authorizer's name or type, API_KEY, or NONE where the front lets everybody through.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
"""

from collections.abc import Mapping
from typing import Any

from harness.discovery.shapes import mapping, texts
from harness.discovery.stack import Resource, Stack

_TYPES = {
    "AWS_IAM": "iam",
    "COGNITO_USER_POOLS": "cognito",
    "CUSTOM": "lambda",
    "JWT": "jwt",
    "REQUEST": "lambda",
    "TOKEN": "lambda",
}
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


def authorizer_words(
    stack: Stack, kind: str, api: Resource | None, authorization: str
) -> dict[str, str]:
    """What kind of authorizer a route has: it says what the event tells of the caller.

    `kind` is SAM's type of the event; `authorization` is an authorizer's name, AWS_IAM, or a type
    as AWS::ApiGateway::Method and AWS::ApiGatewayV2::Route have it.
    """
    found = _TYPES.get(authorization.upper())
    authorizers = mapping(_shared(stack, kind, api).get("Authorizers"))
    declared = mapping(authorizers.get(authorization))
    if declared:
        found = "jwt" if kind == "HttpApi" else "cognito"
        found = "lambda" if declared.get("FunctionArn") else found
    for one in stack.of_kind("AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::Authorizer"):
        if authorization in (one.properties.get("Name"), one.physical):
            said = one.properties.get("AuthorizerType") or one.properties.get("Type")
            found = _TYPES.get(str(said).upper())
    return {"authorizer": found} if found else {}


def endpoint_words(api: Resource | None) -> dict[str, str]:
    """Whether a REST API is reached from within a network only."""
    said = {} if api is None else api.properties.get("EndpointConfiguration")
    types = texts(mapping(said).get("Types") or mapping(said).get("Type") or said or [])
    return {"endpoint": "private"} if "PRIVATE" in types else {}


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
