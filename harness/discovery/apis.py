"""Routes of plain API Gateway resources, and of OpenAPI documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.access import authorizer_words, endpoint_words, method_access
from harness.discovery.loading import load_document
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import IMPLICIT_API_ID, Resource, Stack
from harness.discovery.targets import target_function
from harness.discovery.words import Declared, base_facts, route_facts

Found = Iterator[tuple[str, Declared]]

# type of the API -> (SAM event type, properties that hold its OpenAPI document)
OPENAPI = {
    "AWS::Serverless::Api": ("Api", ("DefinitionBody", "DefinitionUri")),
    "AWS::Serverless::HttpApi": ("HttpApi", ("DefinitionBody", "DefinitionUri")),
    "AWS::ApiGateway::RestApi": ("Api", ("Body",)),
    "AWS::ApiGatewayV2::Api": ("HttpApi", ("Body",)),
}
_STAGES = ("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Stage")


def api_triggers(stack: Stack) -> Found:
    """(function, trigger) for each route outside of a SAM function's own `Events`."""
    yield from _methods(stack)
    yield from _routes(stack)
    yield from _quickly_created(stack)
    yield from _openapi(stack)
    yield from _authorizers(stack)


def api_facts(stack: Stack, kind: str, api: Any) -> tuple[str, str, str]:
    """(logical id, stage, id) of an API of SAM event type `kind`; without one SAM makes its own."""
    resource = stack.by_value(api)
    stage = "Prod" if kind == "Api" else "$default"
    if resource is None:
        return (
            ("ServerlessRestApi" if kind == "Api" else "ServerlessHttpApi"),
            stage,
            (str(api) if api else IMPLICIT_API_ID),
        )
    if "StageName" in resource.properties:
        return resource.name, str(resource.properties["StageName"]), resource.physical
    for named in stack.of_kind(*_STAGES):
        of = named.properties.get("RestApiId") or named.properties.get("ApiId")
        if of == resource.physical and named.properties.get("StageName"):
            return resource.name, str(named.properties["StageName"]), resource.physical
    return resource.name, stage, resource.physical


def _methods(stack: Stack) -> Found:
    for method in stack.of_kind("AWS::ApiGateway::Method"):
        integration = mapping(method.properties.get("Integration"))
        function = target_function(stack, integration.get("Uri"))
        if function is not None:
            source, stage, api_id = api_facts(stack, "Api", method.properties.get("RestApiId"))
            path = resource_path(stack, method.properties.get("ResourceId"))
            api = stack.by_value(method.properties.get("RestApiId"))
            access = method_access(_asked(stack, method))
            yield (
                function.name,
                Declared(
                    words=rest_words(stack, api, integration.get("Type"), access["authorization"]),
                    facts=base_facts(function)
                    | access
                    | route_facts(path, method.properties.get("HttpMethod"), stage, api_id),
                    source=source,
                ),
            )


def _routes(stack: Stack) -> Found:
    for route in stack.of_kind("AWS::ApiGatewayV2::Route"):
        target = str(route.properties.get("Target", "")).removeprefix("integrations/")
        integration = stack.by_value(target)
        if integration is None:
            continue
        function = target_function(stack, integration.properties.get("IntegrationUri"))
        source, stage, api_id = api_facts(stack, "HttpApi", route.properties.get("ApiId"))
        api = stack.by_value(route.properties.get("ApiId"))
        if function is None:
            continue
        verb, _, path = str(route.properties.get("RouteKey", "$default")).partition(" ")
        version = integration.properties.get("PayloadFormatVersion")
        access = method_access(route.properties)
        words = http_words(stack, api, version, access["authorization"])
        if api is not None and api.properties.get("ProtocolType") == "WEBSOCKET":
            words = {"sam": "WebSocket", "route": verb}
        facts = base_facts(function) | route_facts(path or "$default", verb, stage, api_id)
        if words["sam"] == "WebSocket":
            facts["route_key"] = verb
        else:
            facts |= access
        yield function.name, Declared(words=words, facts=facts, source=source)


def _quickly_created(stack: Stack) -> Found:
    """An HTTP API that names its one function itself.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
    """
    for api in stack.of_kind("AWS::ApiGatewayV2::Api"):
        function = target_function(stack, api.properties.get("Target"))
        if function is not None:
            source, stage, api_id = api_facts(stack, "HttpApi", api.physical)
            verb, _, path = str(api.properties.get("RouteKey") or "$default").partition(" ")
            facts = base_facts(function) | route_facts(path or "$default", verb, stage, api_id)
            yield (
                function.name,
                Declared(words=http_words(stack, api, "2.0", ""), facts=facts, source=source),
            )


def _asked(stack: Stack, method: Resource) -> Mapping[str, Any]:
    """What a method asks of its callers; of Terraform's two halves of it the other one says so."""
    own = method.properties
    if "AuthorizationType" in own:
        return own
    place = [own.get(key) for key in ("RestApiId", "ResourceId", "HttpMethod")]
    others = (other.properties for other in stack.of_kind("AWS::ApiGateway::Method"))
    return next(
        (
            other
            for other in others
            if "AuthorizationType" in other
            and [other.get(key) for key in ("RestApiId", "ResourceId", "HttpMethod")] == place
        ),
        own,
    )


def resource_path(stack: Stack, resource: Any) -> str:
    """The path of an AWS::ApiGateway::Resource, through its parents."""
    parts: list[str] = []
    seen: set[str] = set()
    current = stack.by_value(resource)
    while current is not None and current.kind == "AWS::ApiGateway::Resource":
        if current.name in seen:
            break
        seen.add(current.name)
        parts.append(str(current.properties.get("PathPart", "")))
        current = stack.by_value(current.properties.get("ParentId"))
    return "/" + "/".join(reversed(parts))


def rest_words(
    stack: Stack, api: Resource | None, integration: Any, authorization: str
) -> dict[str, str]:
    """Who says who calls a REST API, and whether anybody on the internet can.

    A custom integration hands on whatever its mapping template makes of the request.
    """
    if str(integration).upper() == "AWS":
        return {"sam": "Invoke", "via": "apigateway"}
    return {
        "sam": "Api",
        **authorizer_words(stack, "Api", api, authorization),
        **endpoint_words(api),
    }


def http_words(
    stack: Stack, api: Resource | None, version: Any, authorization: str
) -> dict[str, str]:
    """The form of an HTTP API's event, and (of the newer form) who says who calls.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    if str(version) == "1.0":
        return {"sam": "HttpApi", "payload": "1.0"}
    return {"sam": "HttpApi", **authorizer_words(stack, "HttpApi", api, authorization)}


def _openapi(stack: Stack) -> Found:
    """Routes of an OpenAPI document, in the template or in a file beside it."""
    for api in stack.of_kind(*OPENAPI):
        kind = OPENAPI[api.kind][0]
        source, stage, api_id = api_facts(stack, kind, api.physical)
        document = definition(stack, api)
        for path, operations in mapping(document.get("paths")).items():
            for verb, operation in mapping(operations).items():
                if not isinstance(operation, dict):
                    continue
                integration = mapping(operation.get("x-amazon-apigateway-integration"))
                function = target_function(stack, integration.get("uri"))
                if function is None:
                    continue
                shared = mapping(api.properties.get("Auth")).get("DefaultAuthorizer")
                named = _secured(document, operation) or str(shared or "")
                version = integration.get("payloadFormatVersion")
                words = (
                    rest_words(stack, api, integration.get("type"), named)
                    if kind == "Api"
                    else http_words(stack, api, version, named)
                )
                facts = base_facts(function) | route_facts(path, verb, stage, api_id)
                yield function.name, Declared(words=words, facts=facts, source=source)


def _secured(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    """The type of the authorizer of an operation; empty where the document names none."""
    schemes = mapping(mapping(document.get("components")).get("securitySchemes"))
    schemes = schemes or mapping(document.get("securityDefinitions"))
    for asked in mappings(operation.get("security", document.get("security"))):
        for name in asked:
            scheme = mapping(schemes.get(name))
            own = mapping(scheme.get("x-amazon-apigateway-authorizer"))
            known = scheme.get("x-amazon-apigateway-authtype") == "awsSigv4"
            return "AWS_IAM" if known else str(own.get("type") or name)
    return ""


def _authorizers(stack: Stack) -> Found:
    """Functions that decide who may call: their event is a token or a request, and no route."""
    declared = [
        (api, mapping(authorizer).get("FunctionArn"), mapping(authorizer))
        for api in stack.of_kind("AWS::Serverless::Api", "AWS::Serverless::HttpApi")
        for authorizer in mapping(mapping(api.properties.get("Auth")).get("Authorizers")).values()
    ]
    declared += [
        (resource, resource.properties.get("AuthorizerUri"), resource.properties)
        for resource in stack.of_kind(
            "AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"
        )
    ]
    for resource, value, said in declared:
        function = target_function(stack, value)
        if function is not None:
            yield (
                function.name,
                Declared(
                    words={"sam": "Authorizer"} | _authorizer_words(stack, resource, said),
                    facts=base_facts(function),
                    source=resource.name,
                ),
            )


def _authorizer_words(stack: Stack, owner: Resource, said: Mapping[str, Any]) -> dict[str, str]:
    """Which event an authorizer gets: a token by default, a request, or an HTTP API's own form."""
    if owner.kind in ("AWS::Serverless::Api", "AWS::ApiGateway::Authorizer"):
        kind = str(said.get("FunctionPayloadType") or said.get("Type") or "TOKEN").upper()
        return {"kind": kind}
    api = stack.by_value(said.get("ApiId"))
    if api is not None and api.properties.get("ProtocolType") == "WEBSOCKET":
        return {"kind": "WEBSOCKET"}
    old = str(said.get("AuthorizerPayloadFormatVersion")) == "1.0"
    return {"kind": "HTTP"} | ({"payload": "1.0"} if old else {})


def definition(stack: Stack, api: Resource) -> Mapping[str, Any]:
    """The OpenAPI document of an API, in the template or in a file; empty when it has none."""
    keys = OPENAPI[api.kind][1]
    document: Any = next((api.properties[key] for key in keys if api.properties.get(key)), {})
    if isinstance(document, str):
        file = api.path.parent / document
        if not file.is_file():
            stack.resolver.notes.append(f"{api.name}: its definition {document} is not read")
            return {}
        document = stack.resolver.resolve(load_document(file))
    return mapping(document)
