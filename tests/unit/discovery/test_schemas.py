"""What APIs and registries say of the shape of events becomes facts of the triggers."""

import json
from typing import Any

import pytest

from tests.unit.discovery.makers import sam

OPENAPI = """\
openapi: 3.0.1
x-amazon-apigateway-request-validators:
  all: {validateRequestBody: true, validateRequestParameters: true}
paths:
  /orders/{id}:
    parameters:
      - {in: path, name: id, required: true, schema: {type: string, format: uuid}}
    post:
      x-amazon-apigateway-request-validator: all
      parameters:
        - $ref: '#/components/parameters/Page'
        - {in: cookie, name: cart, schema: {type: string}, example: c1}
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Order'}
            examples: {first: {value: {sku: AB}}}
      x-amazon-apigateway-integration:
        type: aws_proxy
        uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/functions/${Worker.Arn}/invocations
    put:
      requestBody:
        content: {application/x-www-form-urlencoded: {schema: {properties: {a: {type: string}}}}}
components:
  parameters: {Page: {in: query, name: page, schema: {type: integer}}}
  schemas:
    Order:
      properties:
        sku: {type: string}
        parent: {$ref: '#/components/schemas/Order'}
        lines: {type: array, items: {$ref: '#/components/schemas/Line'}}
    Line: {properties: {qty: {type: integer}}}
"""
SWAGGER = """\
swagger: "2.0"
paths:
  /orders:
    post:
      parameters:
        - {in: body, name: order, schema: {$ref: '#/definitions/Order'}}
        - {in: query, name: page, type: integer, minimum: 2}
    put:
      parameters: [{in: formData, name: a, type: string}]
definitions: {Order: {properties: {sku: {type: string}}}}
"""


def facts(project, text: str) -> dict[str, Any]:
    """Facts of the first trigger, those in JSON as values."""
    (function,) = project.discover(text).functions
    found = dict(function.triggers[0].facts)
    described = {"parameters_json", "body_schema", "detail_schema", "body_form", "validated"}
    return {
        name: json.loads(value) if value[:1] in "[{" else value
        for name, value in found.items()
        if name in described
    }


def api(document: str, path: str, method: str, kind: str = "Api") -> str:
    key = "RestApiId" if kind == "Api" else "ApiId"
    more = (
        f"  Shop:\n    Type: AWS::Serverless::{kind}\n    Properties:\n"
        f"      StageName: prod\n      {document}\n"
    )
    event = (
        f"        E: {{Type: {kind}, Properties: {{Path: '{path}', Method: {method}, "
        f"{key}: !Ref Shop}}}}\n"
    )
    return sam(event, more)


@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
def test_an_operation_of_a_document_beside_the_template(project, kind) -> None:
    project.file("api.yaml", OPENAPI)
    found = facts(project, api("DefinitionUri: api.yaml", "/orders/{id}", "post", kind))
    assert found["parameters_json"] == [
        {"in": "path", "name": "id", "schema": {"type": "string", "format": "uuid"}},
        {"in": "query", "name": "page", "schema": {"type": "integer"}},
        {"in": "cookie", "name": "cart", "schema": {"type": "string", "example": "c1"}},
    ]
    body = found["body_schema"]
    assert body["example"] == {"sku": "AB"}
    assert body["properties"]["lines"]["items"] == {"properties": {"qty": {"type": "integer"}}}
    assert body["properties"]["parent"] == {}
    assert found["validated"] == "body, parameters"


def test_a_route_that_stands_in_the_document_and_under_events_is_one_trigger(project) -> None:
    project.file("api.yaml", OPENAPI)
    text = api("DefinitionUri: api.yaml", "/orders/{id}", "post")
    (function,) = project.discover(text).functions
    assert len(function.triggers) == 1


def test_a_document_in_the_template_and_a_form(project) -> None:
    body = "\n".join(f"        {line}" for line in OPENAPI.splitlines())
    found = facts(project, api(f"DefinitionBody:\n{body}", "/orders/{id}", "put"))
    assert found["body_form"] == "form"
    assert found["body_schema"] == {"properties": {"a": {"type": "string"}}}
    assert "validated" not in found


def test_swagger_2(project) -> None:
    project.file("api.yaml", SWAGGER)
    found = facts(project, api("DefinitionUri: api.yaml", "/orders", "post"))
    assert found == {
        "body_schema": {"properties": {"sku": {"type": "string"}}},
        "parameters_json": [
            {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 2}}
        ],
    }
    form = facts(project, api("DefinitionUri: api.yaml", "/orders", "put"))
    assert form["body_form"] == "form"
    assert form["body_schema"]["properties"] == {"a": {"type": "string"}}


def test_a_request_model_of_sam(project) -> None:
    text = api("Models: {Order: {properties: {sku: {type: string}}}}", "/o", "post").replace(
        "Method: post",
        "Method: post, RequestModel: {Model: Order, ValidateBody: true}, RequestParameters: "
        "[method.request.header.X-Shop, method.request.querystring.q: {Required: true}]",
    )
    found = facts(project, text)
    assert found["body_schema"] == {"properties": {"sku": {"type": "string"}}}
    assert [(p["in"], p["name"]) for p in found["parameters_json"]] == [
        ("query", "q"), ("header", "X-Shop"),
    ]  # fmt: skip
    assert found["validated"] == "body"


def test_a_model_of_plain_cloudformation_that_refers_to_another(project) -> None:
    found = facts(
        project,
        """\
        Resources:
          Worker:
            Type: AWS::Lambda::Function
            Properties: {Runtime: python3.12, Handler: app.handler, Code: src}
          Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
          Line:
            Type: AWS::ApiGateway::Model
            Properties: {RestApiId: !Ref Api, Name: Line, Schema: {type: integer}}
          Order:
            Type: AWS::ApiGateway::Model
            Properties:
              RestApiId: !Ref Api
              Schema:
                properties:
                  line: {$ref: !Sub 'https://apigateway.amazonaws.com/restapis/${Api}/models/Line'}
          Checks:
            Type: AWS::ApiGateway::RequestValidator
            Properties: {RestApiId: !Ref Api, ValidateRequestBody: true}
          Method:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !GetAtt Api.RootResourceId
              HttpMethod: POST
              RequestModels: {application/json: !Ref Order}
              RequestParameters: {method.request.querystring.page: true}
              RequestValidatorId: !Ref Checks
              Integration:
                Type: AWS_PROXY
                Uri: !Sub 'a:lambda:path/x/functions/${Worker.Arn}/invocations'
        """,
    )
    assert found["body_schema"] == {"properties": {"line": {"type": "integer"}}}
    assert found["parameters_json"] == [{"in": "query", "name": "page", "schema": {}}]
    assert found["validated"] == "body"


@pytest.mark.parametrize(
    "content",
    [
        {
            "openapi": "3.0.0",
            "components": {
                "schemas": {
                    "AWSEvent": {
                        "x-amazon-events-source": "shop",
                        "x-amazon-events-detail-type": "Sold",
                        "properties": {"detail": {"$ref": "#/components/schemas/Sold"}},
                    },
                    "Sold": {"properties": {"id": {"type": "string"}}},
                }
            },
        },
        {"properties": {"detail": {"properties": {"id": {"type": "string"}}}}},
    ],
    ids=["OpenApi3", "JSONSchemaDraft4"],
)
def test_the_schema_of_an_event_in_a_registry(project, content) -> None:
    pattern = "{source: [shop], detail-type: [Sold]}"
    event = f"        E: {{Type: EventBridgeRule, Properties: {{Pattern: {pattern}}}}}\n"
    schema = (
        "  Schema:\n    Type: AWS::EventSchemas::Schema\n    Properties:\n"
        f"      SchemaName: shop@Sold\n      Content: '{json.dumps(content)}'\n"
    )
    found = facts(project, sam(event, schema))
    assert found["detail_schema"] == {"properties": {"id": {"type": "string"}}}
    assert facts(project, sam(event.replace("Sold", "Lost"), schema)) == {}


def test_schemas_of_a_serverless_service(project) -> None:
    project.file("order.json", '{"properties": {"sku": {"type": "string"}}}')
    found = project.discover(
        """\
        service: shop
        provider: {name: aws, runtime: python3.12}
        functions:
          f:
            handler: app.handler
            events:
              - http:
                  path: /o
                  method: post
                  request:
                    parameters: {querystrings: {page: true}}
                    schemas: {application/json: '${file(order.json)}'}
        """,
        "serverless.yml",
    )
    got = found.functions[0].triggers[0].facts
    assert json.loads(got["body_schema"]) == {"properties": {"sku": {"type": "string"}}}
    assert json.loads(got["parameters_json"])[0]["name"] == "page"
