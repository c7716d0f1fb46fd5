"""REST APIs of API Gateway: resources, methods, stages, authorizers.

https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html
"""

from typing import Any

from harness.discovery.live.view import Found, View, resource
from harness.discovery.shapes import mapping

_PREFIX = "apigateway"


def called_apis(view: View) -> set[str] | None:
    """The ids in `arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/METHOD/PATH`; None for all."""
    arns = view.from_("execute-api")
    return None if arns is None else {arn.split(":")[5].split("/")[0] for arn in arns}


def read_rest_apis(view: View) -> Found:
    """AWS::ApiGateway::* of APIs that may call a function."""
    wanted = called_apis(view)
    if wanted is not None and not wanted:
        return
    for api in view.pages("apigateway", "get_rest_apis", "items"):
        id = str(api["id"])
        if wanted is None or id in wanted or "*" in wanted:
            yield from _api(view, id, str(api.get("name", id)))


def _api(view: View, id: str, name: str) -> Found:
    own = f"{_PREFIX}:{id}"
    view.ids[own] = id
    yield own, resource("AWS::ApiGateway::RestApi", Name=name)
    for stage in view.one("apigateway", "get_stages", restApiId=id).get("item", ()):
        yield (
            f"{own}:stage:{stage['stageName']}",
            resource(
                "AWS::ApiGateway::Stage", RestApiId={"Ref": own}, StageName=stage["stageName"]
            ),
        )
    parts = list(
        view.pages("apigateway", "get_resources", "items", restApiId=id, embed=["methods"])
    )
    # The root is no resource of its own in a template.
    below = {str(part["id"]) for part in parts if part.get("pathPart")}
    for part in parts:
        yield from _part(own, part, below)
    for number, entry in enumerate(
        view.one("apigateway", "get_authorizers", restApiId=id).get("items", ())
    ):
        yield (
            f"{own}:authorizer{number}",
            resource(
                "AWS::ApiGateway::Authorizer",
                RestApiId={"Ref": own},
                Type=entry.get("type"),
                AuthorizerUri=entry.get("authorizerUri"),
                IdentitySource=entry.get("identitySource"),
            ),
        )


def _part(own: str, part: dict[str, Any], below: set[str]) -> Found:
    here = f"{own}:{part['id']}"
    parent = str(part.get("parentId", ""))
    if part["id"] in below:
        yield (
            here,
            resource(
                "AWS::ApiGateway::Resource",
                RestApiId={"Ref": own},
                ParentId={"Ref": f"{own}:{parent}"} if parent in below else parent,
                PathPart=part["pathPart"],
            ),
        )
    for verb, method in mapping(part.get("resourceMethods")).items():
        integration = mapping(mapping(method).get("methodIntegration"))
        yield (
            f"{here}:{verb}",
            resource(
                "AWS::ApiGateway::Method",
                RestApiId={"Ref": own},
                ResourceId={"Ref": here} if part["id"] in below else part["id"],
                HttpMethod=verb,
                AuthorizationType=mapping(method).get("authorizationType"),
                Integration={"Type": integration.get("type"), "Uri": integration.get("uri")},
            ),
        )
