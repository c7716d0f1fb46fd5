"""Nested stacks: their functions are the application's, and arguments and outputs are followed."""

from tests.unit.discovery.makers import sam

PARENT = """\
Parameters:
  Level: {Type: String, Default: info}
Conditions:
  Wanted: !Equals [!Ref Level, info]
Globals:
  Function: {Timeout: 9}
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Front:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
      Environment:
        Variables: {TABLE: !GetAtt Orders.Outputs.Table, TEXT: !Sub "t-${Orders.Outputs.Table}"}
  Orders:
    Type: AWS::Serverless::Application
    Condition: Wanted
    Properties:
      Location: orders/template.yaml
      Parameters: {Queue: !GetAtt Jobs.Arn, Level: !Ref Level}
"""
CHILD = """\
Parameters:
  Queue: {Type: String}
  Level: {Type: String}
  Other: {Type: String, Default: x}
Mappings:
  Sizes: {info: {memory: 256}}
Conditions:
  Never: !Equals [!Ref Other, y]
Globals:
  Function: {Runtime: nodejs20.x, Handler: app.handler}
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Level}-${Other}"}}
  Absent: {Type: AWS::SNS::Topic, Condition: Never}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      MemorySize: !FindInMap [Sizes, !Ref Level, memory]
      Environment: {Variables: {OTHER: !If [Never, 1, 2]}}
      Events:
        Job: {Type: SQS, Properties: {Queue: !Ref Queue}}
Outputs:
  Table: {Value: !Ref Table}
"""


def nested(project, child: str = CHILD):
    project.file("orders/code/app.js", "exports.handler = () => {};")
    project.file("orders/template.yaml", child)
    return project.discover(PARENT)


def test_a_nested_stack_is_part_of_the_application(project) -> None:
    found = nested(project)
    front, worker = found.functions
    assert [f.name for f in found.functions] == ["Front", "OrdersWorker"]
    assert worker.code == project.folder / "orders" / "code"
    assert (worker.runtime, worker.memory, worker.timeout) == ("nodejs20.x", 256, 3)
    assert front.timeout == 9
    assert worker.environment == {"OTHER": "2"}
    assert worker.declared_in == f"{project.folder}/orders/template.yaml:14"
    assert {r.name for r in found.resources} == {"Jobs", "OrdersTable"}


def test_arguments_and_outputs_are_followed(project) -> None:
    front, worker = nested(project).functions
    (trigger,) = worker.triggers
    assert (trigger.template, trigger.source) == ("sqs", "Jobs")
    assert front.environment == {"TABLE": "info-x", "TEXT": "t-info-x"}


def test_outputs_of_one_nested_stack_are_arguments_of_another_of_plain_cloudformation(
    project,
) -> None:
    project.file("a.yaml", "Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {T: {Value: !Ref T}}")
    events = "        N: {Type: SNS, Properties: {Topic: !Ref Topic}}\n"
    project.file("b.yaml", "Parameters: {Topic: {Type: String}}\n" + sam(events))
    stack = "AWS::CloudFormation::Stack"
    found = project.discover(
        f"Resources:\n  B: {{Type: {stack}, Properties: {{TemplateURL: b.yaml, "
        "Parameters: {Topic: !GetAtt A.Outputs.T}}}\n"
        f"  A: {{Type: {stack}, Properties: {{TemplateURL: ./a.yaml}}}}\n"
    )
    (worker,) = found.functions
    assert worker.name == "BWorker"
    assert worker.triggers[0].source == "AT"


def test_a_condition_of_the_nested_stack_holds_for_all_in_it(project) -> None:
    project.file("orders/code/app.js", "")
    project.file("orders/template.yaml", CHILD)
    text = PARENT.replace("[!Ref Level, info]", "[!Ref Level, debug]")
    text = text.replace("Environment:", "Description:").replace("{Variables:", "{V:")
    assert [f.name for f in project.discover(text).functions] == ["Front"]


def test_the_build_of_a_nested_stack_holds_its_dependencies(project) -> None:
    build = ".aws-sam/build"
    project.file(f"{build}/Orders/Worker/app.js", "")
    built = CHILD.replace("CodeUri: code", "CodeUri: Worker")
    project.file(f"{build}/Orders/template.yaml", built)
    project.file(
        f"{build}/template.yaml", PARENT.replace("orders/template.yaml", "Orders/template.yaml")
    )
    worker = nested(project).functions[1]
    assert worker.built
    assert worker.code == project.folder / build / "Orders" / "Worker"


def test_a_template_that_is_elsewhere_is_noted(project) -> None:
    text = "Resources:\n  Far: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://x/t'}}"
    found = project.discover(text)
    assert found.notes == ("the template of Far is not on this machine; not tested",)


def test_mistakes_name_the_file_that_has_them(project) -> None:
    told = project.mistake(PARENT)
    assert told == (
        "template.yaml:21: Orders: its template orders/template.yaml is not there; "
        "correct Location, or build what it names"
    )
    project.file("orders/template.yaml", CHILD)
    told = project.mistake(PARENT)
    assert told.startswith("orders/template.yaml:17: OrdersWorker: its code folder code is not")
    project.file("orders/template.yaml", CHILD.replace("      CodeUri: code\n", ""))
    assert project.mistake(PARENT).startswith("orders/template.yaml:14: function OrdersWorker says")


def test_a_template_that_holds_itself(project) -> None:
    loop = "Resources:\n  Me: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: %s}}"
    project.file("inner.yaml", loop % "template.yaml")
    told = project.mistake(loop % "inner.yaml")
    assert told == (
        "inner.yaml:2: Me: its template template.yaml holds this one; correct TemplateURL"
    )
