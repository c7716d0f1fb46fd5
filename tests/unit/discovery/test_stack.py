"""What a template's values resolve to, and where code and grants come from."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from harness.discovery import describe, discover
from harness.model import Image

HEAD = """\
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
"""


def environment(project, variables: str, more: str = "", **parameters: str) -> dict[str, str]:
    """The worker's environment; `variables` are lines of YAML, `more` goes before Resources."""
    lines = "".join(f"          {line}\n" for line in variables.splitlines())
    text = f"{more}{HEAD}      Environment:\n        Variables:\n{lines}"
    text += "  Jobs: {Type: 'AWS::SQS::Queue', Properties: {QueueName: jobs}}\n"
    text += "  News: {Type: 'AWS::SNS::Topic', Properties: {TopicName: news}}\n"
    text += "  Key: {Type: 'AWS::SecretsManager::Secret', Properties: {Name: db}}\n"
    text += "  Level: {Type: 'AWS::SSM::Parameter', Properties: {Name: /app/level}}\n"
    text += "  Orders: {Type: 'AWS::DynamoDB::Table'}\n"
    return dict(project.discover(text, parameters=parameters).functions[0].environment)


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("!Ref Jobs", "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"),
        ("!GetAtt Jobs.Arn", "arn:aws:sqs:us-east-1:123456789012:jobs"),
        ("!GetAtt [Jobs, QueueName]", "jobs"),
        ("!Ref News", "arn:aws:sns:us-east-1:123456789012:news"),
        ("!Ref Key", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"),
        ("!Ref Level", "/app/level"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Sub '${AWS::AccountId}-${!kept}-${Jobs.QueueName}'", "123456789012-${kept}-jobs"),
        ("!Sub ['${a}/${AWS::Partition}', {a: !Ref Level}]", "/app/level/aws"),
        ("!Join ['-', [a, !Ref AWS::URLSuffix]]", "a-amazonaws.com"),
        ("!Select [1, !Split [',', 'a,b']]", "b"),
        ("!Select [0, !GetAZs '']", "us-east-1a"),
        ("!FindInMap [Sizes, big, memory]", "1024"),
        ("!FindInMap [Regions, !Ref AWS::Region, name]", "Ireland"),
        ("!FindInMap [Regions, !Ref Where, name]", "Ireland"),
        ("!Select [3, !Ref Zones]", "us-east-1a"),
        ("!Select [5, !GetAZs '']", "us-east-1f"),
        ("!Select [1, !Cidr ['10.1.0.0/16', 2, 8]]", "10.1.1.0/24"),
        ("!Select [1, !Cidr [!Ref Where, 2]]", "10.0.1.0/24"),
        ("!If [Prod, live, test]", "test"),
        ("!If [Nothing, live, test]", "test"),
        ("{'Fn::Base64': hello}", "aGVsbG8="),
        ("!ImportValue shared-QueueArn", "arn:aws:sqs:us-east-1:123456789012:shared-queue-arn"),
        ("'{{resolve:ssm:/app/level:1}}'", "{{resolve:ssm:/app/level:1}}"),
        ("!Ref WorkerRole", "WorkerRole"),
        ("!Ref ServerlessDeploymentApplication", "ServerlessDeploymentApplication"),
        ("!Ref ServerlessRestApi", "a1b2c3d4e5"),
    ],
)
def test_intrinsics(project, value, resolved) -> None:
    more = (
        "Parameters:\n  Stage: {Type: String, Default: dev}\n  Where: {Type: String}\n"
        "  Zones: {Type: 'List<AWS::EC2::AvailabilityZone::Name>'}\n"
        "Mappings: {Sizes: {big: {memory: 1024}}, Regions: {eu-west-1: {name: Ireland}}}\n"
        "Conditions:\n  Prod: !And [!Equals [!Ref Stage, prod], !Not [!Condition Never]]\n"
        "  Nothing: !Equals [!Ref 'AWS::NoValue', a]\n"
        "  Never: !Or [!Equals [a, b], !Equals [!Ref Stage, '']]\n"
    )
    assert environment(project, f"V: {value}", more)["V"] == resolved


def test_no_value_leaves_a_property_out(project) -> None:
    assert environment(project, "A: !Ref AWS::NoValue\nB: b") == {"B": "b"}


def test_a_made_up_name_is_the_same_every_time(project) -> None:
    first, second = (environment(project, "T: !Ref Orders")["T"] for _ in range(2))
    assert first == second
    assert first.startswith("orders-app-Orders-")


def test_parameters(project) -> None:
    more = """\
Parameters:
  Stage: {Type: String, Default: dev}
  Size: {Type: Number}
  Kind: {Type: String, AllowedValues: [small, large]}
  AlertEmail: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: 'a, b'}
  Vpc: {Type: 'AWS::EC2::VPC::Id'}
  Level: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /app/log/Level}
"""
    names = ("Stage", "Size", "Kind", "AlertEmail", "Vpc")
    variables = "\n".join(f"{name}: !Ref {name}" for name in names)
    more = more.replace("  Level:", "  LogLevel:")
    variables += "\nZone: !Select [1, !Ref Zones]\nLogLevel: !Ref LogLevel"
    assert environment(project, variables, more, Stage="prod") == {
        "Stage": "prod",
        "Size": "1",
        "Kind": "small",
        "AlertEmail": "alert-email@example.com",
        "Vpc": "vpc-0a1b2c3d4e5f60718",
        "Zone": "b",
        "LogLevel": "sample-level",
    }
    application = discover(project.folder / "template.yaml")
    assert "parameter Size has no default; '1' is used" in application.notes
    assert not any("Stage" in note for note in application.notes)


def test_resources_of_a_false_condition_are_not_there(project) -> None:
    text = f"Conditions:\n  Never: !Equals [a, b]\n{HEAD}  Gone:\n    Type: AWS::S3::Bucket\n"
    application = project.discover(f"{text}    Condition: Never\n")
    assert application.resources == ()


def test_the_build_beside_the_template_is_preferred(project) -> None:
    project.file(".aws-sam/build/Worker/app.py", "def handler(event, context): ...")
    project.file(".aws-sam/build/template.yaml", HEAD.replace("src", "Worker"))
    (function,) = project.discover(HEAD).functions
    assert function.code == project.folder / ".aws-sam/build/Worker"
    assert function.built
    for source in (project.folder / ".aws-sam/build/template.yaml", project.folder):
        (function,) = discover(source).functions
        assert (function.built, function.code) == (True, project.folder / ".aws-sam/build/Worker")
    (project.folder / "template.yaml").unlink()
    application = discover(project.folder)
    assert (application.name, application.functions[0].built) == ("orders-app", True)


def test_a_build_that_does_not_know_the_function_is_no_help(project) -> None:
    project.file(".aws-sam/build/template.yaml", HEAD.replace("Worker", "Other"))
    (function,) = project.discover(HEAD).functions
    assert (function.built, function.code) == (False, project.folder / "src")


def test_inline_code_becomes_a_folder_that_runs(project) -> None:
    text = HEAD.replace(
        "CodeUri: src", "InlineCode: |\n        def handler(event, context):\n          return 42"
    ).replace("app.handler", "index.handler")
    (function,) = project.discover(text).functions
    assert function.code == project.folder / "work/Worker"
    done = subprocess.run(
        ["python", "-c", "import index; print(index.handler({}, None))"],
        cwd=function.code,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "42\n"


def test_inline_javascript_gets_its_own_ending(project) -> None:
    worker = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "nodejs20.x",
            "Handler": "index.handler",
            "Code": {"ZipFile": "exports.handler = async () => 1"},
        },
    }
    (function,) = project.discover(json.dumps({"Resources": {"W": worker}}), "t.json").functions
    assert function.code is not None
    assert [path.name for path in function.code.iterdir()] == ["index.js"]


def test_an_archive_is_unpacked(project) -> None:
    with zipfile.ZipFile(project.folder / "code.zip", "w") as archive:
        archive.writestr("app.py", "")
    (function,) = project.discover(HEAD.replace(": src", ": code.zip")).functions
    assert function.code is not None
    assert (function.code / "app.py").is_file()


@pytest.mark.parametrize("uri", ["s3://bucket/key.zip", "{Bucket: b, Key: k}"])
def test_code_in_s3_is_told_and_the_function_kept(project, uri) -> None:
    (function,) = project.discover(HEAD.replace(": src", f": {uri}")).functions
    assert function.code is None
    assert "its code is in S3" in function.notes[0]


def test_an_image_has_neither_code_nor_handler(project) -> None:
    text = HEAD[: HEAD.index("      Runtime")] + "      PackageType: Image\n"
    (function,) = project.discover(text).functions
    assert (function.package, function.code, function.handler) == ("image", None, "")


def test_an_image_needs_no_package_type(project) -> None:
    text = HEAD[: HEAD.index("      Runtime")] + "      ImageUri: shop:1\n"
    (function,) = project.discover(text).functions
    assert (function.package, function.image.uri) == ("image", "shop:1")


def test_an_image_is_named_with_what_the_template_overrides(project) -> None:
    text = (
        HEAD[: HEAD.index("      Runtime")]
        + "      PackageType: Image\n      ImageUri: shop:v1\n"
        + "      ImageConfig: {Command: [app.handler], WorkingDirectory: /srv}\n"
    )
    (function,) = project.discover(text).functions
    assert function.image == Image(
        uri="shop:v1", command=("app.handler",), working_directory="/srv"
    )


def test_an_image_that_sam_built_goes_before_the_one_the_template_names(project) -> None:
    text = HEAD[: HEAD.index("      Runtime")] + "      PackageType: Image\n      ImageUri: {}\n"
    built = project.folder / ".aws-sam" / "build"
    built.mkdir(parents=True)
    (built / "template.yaml").write_text(text.format("f:built"))
    (function,) = project.discover(text.format("far.away/f:v1")).functions
    assert function.image == Image(uri="f:built")


def test_an_unsupported_runtime_is_kept(project) -> None:
    (function,) = project.discover(HEAD.replace("python3.12", "cobol1.0")).functions
    assert function.runtime == "cobol1.0"


def test_sam_policies(project) -> None:
    text = f"""{HEAD}      Policies:
        - AWSLambdaBasicExecutionRole
        - DynamoDBReadPolicy: {{TableName: !Ref Orders}}
        - SomethingNewPolicy: {{}}
        - Statement: {{Effect: Allow, Action: 's3:GetObject', Resource: '*'}}
  Orders: {{Type: 'AWS::DynamoDB::Table', Properties: {{TableName: orders}}}}
"""
    application = project.discover(text)
    basic, read, unknown, own = application.functions[0].policies
    assert (basic, unknown) == (
        {"Managed": "AWSLambdaBasicExecutionRole"},
        {"Managed": "SomethingNewPolicy"},
    )
    assert "dynamodb:Query" in read["Action"]
    assert read["Resource"][0] == "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    assert own == {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}
    assert [(e.origin, e.to, e.via) for e in application.edges] == [("Worker", "Orders", "policy")]


@pytest.mark.parametrize(
    ("actions", "reached"),
    [
        (["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], False),
        (["SQS:receivemessage", "sqs:ChangeMessageVisibilityBatch"], False),
        (["kinesis:GetRecords", "kinesis:DescribeStreamSummary"], False),
        (["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], False),
        (["sqs:ReceiveMessage", "sqs:SendMessage"], True),
        (["dynamodb:GetRecords", "dynamodb:GetItem"], True),
        (["sqs:*"], True),
        (["*"], True),
    ],
)
def test_a_pollers_grants_are_no_way_into_what_it_polls(
    project, actions: list[str], reached: bool
) -> None:
    text = f"""{HEAD}      Policies:
        - Statement: {{Effect: Allow, Action: {json.dumps(actions)}, Resource: !GetAtt Jobs.Arn}}
      Events: {{Job: {{Type: SQS, Properties: {{Queue: !GetAtt Jobs.Arn}}}}}}
  Jobs: {{Type: 'AWS::SQS::Queue'}}
"""
    told = [(e.origin, e.to) for e in project.discover(text).edges if e.via == "policy"]
    assert told == ([("Worker", "Jobs")] if reached else [])


def test_a_role_and_what_is_attached_to_it(project) -> None:
    text = f"""{HEAD}      Role: !GetAtt Role.Arn
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']
      Policies:
        - PolicyName: own
          PolicyDocument: {{Statement: [{{Effect: Allow, Action: 'sqs:*', Resource: '*'}}]}}
  More:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument: {{Statement: {{Effect: Deny, Action: ['s3:*'], Resource: ['*']}}}}
"""
    managed, own, attached = project.discover(text).functions[0].policies
    assert managed == {"Managed": "ReadOnlyAccess"}
    assert own["Action"] == ["sqs:*"]
    assert attached["Effect"] == "Deny"


def test_an_environment_names_where_a_function_writes(project) -> None:
    text = f"""{HEAD}      Environment: {{Variables: {{TABLE: !Ref Orders}}}}
      DeadLetterQueue: {{Type: SQS, TargetArn: !GetAtt Dead.Arn}}
  Orders: {{Type: 'AWS::DynamoDB::Table'}}
  Dead: {{Type: 'AWS::SQS::Queue'}}
"""
    edges = {(e.origin, e.to, e.via) for e in project.discover(text).edges}
    assert edges == {("Worker", "Orders", "environment"), ("Worker", "Dead", "dead-letter")}


def test_a_description_is_json(project) -> None:
    application = project.discover(HEAD + "      FunctionUrlConfig: {AuthType: NONE}\n")
    described = json.loads(json.dumps(describe(application)))
    (function,) = described["functions"]
    assert function["code"] == str(project.folder / "src")
    assert function["triggers"][0]["facts"]["function_name"] == "Worker"
    assert described["source"] == str(project.folder / "template.yaml")


def test_a_template_does_not_care_where_it_lies(project, tmp_path: Path) -> None:
    first = project.discover(HEAD + "  Files: {Type: 'AWS::S3::Bucket'}\n")
    copy = tmp_path / "elsewhere" / "orders-app"
    shutil.copytree(project.folder, copy)
    second = discover(copy)
    assert first.resources == second.resources
