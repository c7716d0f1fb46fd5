"""SAM templates: routes, APIs and function URLs."""

from tests.unit.discovery.makers import only, sam


def test_several_routes_are_several_triggers(project) -> None:
    application = project.discover(
        sam(
            "        A: {Type: HttpApi, Properties: {Path: /a, Method: POST}}\n"
            "        B: {Type: HttpApi, Properties: {Path: '/b/{id}', Method: ANY}}\n"
            "        Rest: {Type: HttpApi}\n"
        )
    )
    facts = [trigger.facts for trigger in application.functions[0].triggers]
    assert [f["route_key"] for f in facts] == ["POST /a", "ANY /b/{id}", "$default"]
    assert [f["method"] for f in facts] == ["POST", "ANY", "ANY"]
    assert [f["path"] for f in facts] == ["/a", "/b/{id}", "/"]


def test_an_http_api_of_payload_one_is_claimed_as_such(project) -> None:
    event = "        A: {Type: HttpApi, Properties: {Path: /a, PayloadFormatVersion: '1.0'}}\n"
    assert only(project.discover(sam(event)))[0] == "rest"


def test_a_named_api_gives_its_stage(project) -> None:
    event = "        A: {Type: Api, Properties: {Path: /a, Method: ANY, RestApiId: !Ref Shop}}\n"
    api = "  Shop: {Type: 'AWS::Serverless::Api', Properties: {StageName: live}}\n"
    _, facts, source = only(project.discover(sam(event, api)))
    assert (facts["stage"], source) == ("live", "Shop")
    assert len(facts["api_id"]) == 10


def test_a_function_url(project) -> None:
    application = project.discover(
        sam("        {}\n").replace(
            "Events:\n", "FunctionUrlConfig: {AuthType: NONE}\n      Events:\n"
        )
    )
    template, facts, _ = only(application)
    assert template == "function-url"
    assert (facts["path"], facts["method"]) == ("/", "ANY")
    assert facts["domain"] == f"{facts['api_id']}.lambda-url.us-east-1.on.aws"


def test_routes_of_an_openapi_document(project) -> None:
    more = """\
  Shop:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: '3.0'
        paths:
          /orders/{id}:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                payloadFormatVersion: '2.0'
                uri: !Sub >-
                  arn:aws:apigateway:us-east-1:lambda:path/2015/functions/${Worker.Arn}/invocations
"""
    template, facts, source = only(project.discover(sam("        {}\n", more)))
    assert (template, source, facts["route_key"]) == ("http", "Shop", "GET /orders/{id}")


def test_routes_of_an_openapi_file_beside_the_template(project) -> None:
    project.file(
        "api.yaml",
        """\
        openapi: 3.0.1
        paths:
          /cats:
            x-amazon-apigateway-any-method:
              x-amazon-apigateway-integration:
                type: aws_proxy
                uri: !Sub arn:aws:apigateway:x:lambda:path/y/functions/${Worker.Arn}/invocations
        """,
    )
    more = """\
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}
"""
    template, facts, _ = only(project.discover(sam("        {}\n", more)))
    assert (template, facts["route_key"], facts["stage"]) == ("rest", "ANY /cats", "v1")


def test_an_authorizer_is_told(project) -> None:
    more = """\
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: {Authorizers: {Mine: {FunctionArn: !GetAtt Worker.Arn}}}
"""
    application = project.discover(sam("        {}\n", more))
    assert application.functions[0].notes == (
        "no event template claims its trigger Authorizer (kind TOKEN); not tested",
    )
    assert [(e.origin, e.to) for e in application.edges] == [("Shop", "Worker")]
