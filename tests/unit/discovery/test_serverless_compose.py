"""serverless-compose.yml: services as one application."""

from tests.unit.discovery.makers import Project

SERVICE = """\
service: {name}
provider: {{name: aws, runtime: python3.12, environment: {{TABLE: "${{param:table, 'none'}}"}}}}
functions:
  handle:
    handler: src/app.handler
    events: [{{sqs: {{arn: !GetAtt Jobs.Arn}}}}]
  {name}Only: {{handler: src/app.handler}}
resources:
  Resources:
    Jobs: {{Type: AWS::SQS::Queue}}
    Table: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: "{name}-${{sls:stage}}"}}}}
  Outputs: {{tableName: {{Value: !Ref Table}}}}
"""
COMPOSE = """\
services:
  core: {path: services/core}
  web:
    path: services/web
    config: serverless.web.yml
    params: {table: "${core.tableName}"}
"""


def written(project: Project) -> None:
    project.file("services/core/serverless.yml", SERVICE.format(name="core"))
    project.file("services/web/serverless.web.yml", SERVICE.format(name="web"))


def test_services_are_one_application_and_outputs_are_handed_on(project) -> None:
    written(project)
    application = project.discover(COMPOSE, "serverless-compose.yml", {"stage": "prod"})
    functions = {f.name: f for f in application.functions}
    assert list(functions) == ["core-handle", "coreOnly", "web-handle", "webOnly"]
    assert functions["webOnly"].environment["TABLE"] == "core-prod"
    assert functions["coreOnly"].environment["TABLE"] == "none"
    assert functions["web-handle"].code == project.folder / "services" / "web"
    assert functions["web-handle"].declared_in.endswith("services/web/serverless.web.yml:4")
    assert [t.source for t in functions["web-handle"].triggers] == ["webJobs"]
    told = {(e.origin, e.to) for e in application.edges}
    assert ("webOnly", "coreTable") in told


def test_a_folder_with_it_is_a_source_and_what_is_wrong_is_told(project) -> None:
    written(project)
    (project.folder / "services/web/serverless.web.yml").unlink()
    assert project.mistake(COMPOSE, "serverless-compose.yml") == (
        "serverless-compose.yml:3: service web: its serverless.yml is not there; correct its path "
        "or config; what is a program is printed by `serverless print`"
    )
    assert project.mistake("services: {}\n", "serverless-compose.yml").startswith(
        "serverless-compose.yml:1: there are no services in it"
    )
