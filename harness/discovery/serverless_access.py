"""Who may call a route of a Serverless Framework service.

https://www.serverless.com/framework/docs/providers/aws/events/apigateway
https://www.serverless.com/framework/docs/providers/aws/events/http-api
"""

import re
from collections.abc import Mapping
from typing import Any

from harness.discovery.shapes import mapping


def plain(name: str) -> str:
    """A part of a logical id, as the framework makes it of a name."""
    kept = re.sub(r"[^0-9A-Za-z]", "", name)
    return kept[:1].upper() + kept[1:]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of CloudFormation."""
    return {"Type": kind, "Properties": properties}


def judge(value: Any, kind: str, resources: dict[str, Any], functions: Mapping[str, str]) -> None:
    """The function that an event names as the judge of who may call."""
    name = value if isinstance(value, str) else mapping(value).get("name")
    function = functions.get(str(name))
    if function is None:
        return
    declared = str(mapping(value).get("type", "TOKEN" if kind == "REQUEST" else kind)).upper()
    resources[f"{plain(str(name))}ApiGatewayAuthorizer"] = resource(
        "AWS::ApiGateway::Authorizer" if kind == "REQUEST" else "AWS::ApiGatewayV2::Authorizer",
        AuthorizerUri={"Fn::GetAtt": [function, "Arn"]},
        **(
            {"Type": declared}
            if kind == "REQUEST"
            else {"AuthorizerType": "REQUEST", "ApiId": {"Ref": "WebsocketsApi"}}
        ),
    )


def http_access(
    value: Any,
    authorizers: Mapping[str, Any],
    resources: dict[str, Any],
    functions: Mapping[str, str],
) -> Any:
    """Who lets callers of a route in: `aws_iam`, or one of the provider's authorizers."""
    said = mapping(value)
    name = value if isinstance(value, str) else said.get("name") or said.get("id")
    if str(said.get("type", name)).lower() == "aws_iam":
        return {"Authorizer": "AWS_IAM"}
    if name is None and "type" not in said:
        return None
    declared = mapping(authorizers.get(str(name))) or said
    kind = str(declared.get("type", "jwt")).upper()
    function = functions.get(str(declared.get("functionName")))
    uri = {"Fn::GetAtt": [function, "Arn"]} if function else declared.get("functionArn")
    resources[f"HttpApiAuthorizer{plain(str(name))}"] = resource(
        "AWS::ApiGatewayV2::Authorizer",
        Name=str(name),
        ApiId={"Ref": "HttpApi"},
        AuthorizerType=kind,
        AuthorizerPayloadFormatVersion=str(declared.get("payloadVersion", "2.0")),
        **({"AuthorizerUri": uri} if uri else {}),
    )
    return {"Authorizer": str(name)}


def rest_access(value: Any) -> Any:
    """Who lets callers in, as the type of API Gateway's: a function is named by its name or ARN."""
    if not value:
        return None
    said = mapping(value)
    kind, arn = str(said.get("type") or value).upper(), str(said.get("arn") or value)
    if ":cognito-idp:" in arn or "userpool" in arn.lower() or kind == "COGNITO_USER_POOLS":
        return {"Authorizer": "COGNITO_USER_POOLS"}
    return {"Authorizer": "AWS_IAM" if kind == "AWS_IAM" else "CUSTOM"}
