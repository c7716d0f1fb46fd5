"""Who may call a route: the fact `authorization` of HTTP triggers.

It is the authorizer's name or type, API_KEY, or NONE where the front lets everybody through.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
"""

from collections.abc import Mapping
from typing import Any

from harness.discovery.shapes import mapping
from harness.discovery.stack import Resource, Stack

_KINDS = {"Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi"}


def sam_access(
    stack: Stack, kind: str, api: Resource | None, properties: Mapping[str, Any]
) -> dict[str, str]:
    """Of a SAM event: its own Auth, else its API's default (Globals, for the implicit API)."""
    shared = stack.defaults(_KINDS[kind]) if api is None else api.properties
    own, default = mapping(properties.get("Auth")), mapping(shared.get("Auth"))
    if api is not None and api.kind != _KINDS[kind]:
        return {}
    named = own.get("Authorizer") or default.get("DefaultAuthorizer")
    if str(named or "NONE") == "NONE" and (
        own.get("ApiKeyRequired") or default.get("ApiKeyRequired")
    ):
        return {"authorization": "API_KEY"}
    if own.get("ResourcePolicy") or default.get("ResourcePolicy"):
        return {}
    return {"authorization": str(named or "NONE")}


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
