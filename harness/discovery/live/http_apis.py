"""HTTP and WebSocket APIs of API Gateway: routes, integrations, stages, authorizers.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
"""

from harness.discovery.live.rest_apis import called_apis
from harness.discovery.live.view import Found, View, resource


def read_http_apis(view: View) -> Found:
    """AWS::ApiGatewayV2::* of APIs that may call a function."""
    wanted = called_apis(view)
    if wanted is not None and not wanted:
        return
    for api in view.pages("apigatewayv2", "get_apis", "Items"):
        id = str(api["ApiId"])
        if wanted is None or id in wanted or "*" in wanted:
            own = f"apigatewayv2:{id}"
            view.ids[own] = id
            yield (
                own,
                resource(
                    "AWS::ApiGatewayV2::Api",
                    Name=api.get("Name"),
                    ProtocolType=api.get("ProtocolType"),
                ),
            )
            yield from _inside(view, id, own)


def _inside(view: View, id: str, own: str) -> Found:
    for stage in view.pages("apigatewayv2", "get_stages", "Items", ApiId=id):
        yield (
            f"{own}:stage:{stage['StageName']}",
            resource("AWS::ApiGatewayV2::Stage", ApiId={"Ref": own}, StageName=stage["StageName"]),
        )
    for entry in view.pages("apigatewayv2", "get_integrations", "Items", ApiId=id):
        yield (
            f"{own}:{entry['IntegrationId']}",
            resource(
                "AWS::ApiGatewayV2::Integration",
                ApiId={"Ref": own},
                IntegrationUri=entry.get("IntegrationUri"),
                PayloadFormatVersion=entry.get("PayloadFormatVersion"),
            ),
        )
    for entry in view.pages("apigatewayv2", "get_routes", "Items", ApiId=id):
        integration = str(entry.get("Target", "")).removeprefix("integrations/")
        if integration:
            yield (
                f"{own}:{entry['RouteId']}",
                resource(
                    "AWS::ApiGatewayV2::Route",
                    ApiId={"Ref": own},
                    RouteKey=entry.get("RouteKey"),
                    AuthorizationType=entry.get("AuthorizationType"),
                    Target={"Fn::Join": ["/", ["integrations", {"Ref": f"{own}:{integration}"}]]},
                ),
            )
    for entry in view.pages("apigatewayv2", "get_authorizers", "Items", ApiId=id):
        yield (
            f"{own}:{entry['AuthorizerId']}",
            resource(
                "AWS::ApiGatewayV2::Authorizer",
                ApiId={"Ref": own},
                AuthorizerType=entry.get("AuthorizerType"),
                AuthorizerUri=entry.get("AuthorizerUri"),
                AuthorizerPayloadFormatVersion=entry.get("AuthorizerPayloadFormatVersion"),
            ),
        )
