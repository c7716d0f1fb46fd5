"""What is wrong with a template is told in one line: where, what, and how to mend it."""

from pathlib import Path

import pytest

from harness.discovery import discover
from harness.errors import UsageError

FUNCTION = """\
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
"""


def test_an_empty_file(project) -> None:
    assert project.mistake("  \n").startswith("template.yaml:1: the file is empty; name a SAM")


def test_yaml_that_does_not_close(project) -> None:
    told = project.mistake("Resources:\n  A: [1\n")
    assert told.startswith("template.yaml:3: not valid YAML:")


def test_json_with_a_comma_too_many(project) -> None:
    told = project.mistake('{\n "Resources": {},\n}', "template.json")
    assert told.startswith("template.json:3: not valid JSON:")


def test_json_cut_off(project) -> None:
    told = project.mistake('{"Resources": {"A": \n', "template.json")
    assert told.startswith("template.json:2: not valid JSON: Expecting value")


@pytest.mark.parametrize("text", ["just a sentence", "- a\n- list"])
def test_what_is_no_mapping(project, text) -> None:
    assert "template.yaml:1: not a template: a mapping is expected" in project.mistake(text)


def test_a_key_that_is_there_twice(project) -> None:
    told = project.mistake("Resources:\n  A: {Type: X}\n  A: {Type: X}\n")
    assert told.startswith("template.yaml:3: not a valid template: Duplicate found 'A'")
    told = project.mistake('{"Resources": {\n"A": {"Type": "X"},\n"A": {"Type": "X"}}}', "t.json")
    assert told.startswith('t.json:3: not a valid template: Duplicate found "A"')


@pytest.mark.parametrize("text", ["Description: nothing\n", "Resources: {}\n", "Resources: []\n"])
def test_no_resources(project, text) -> None:
    assert "there are no Resources in it; name a SAM" in project.mistake(text)


def test_a_resource_without_a_type(project) -> None:
    told = project.mistake("Resources:\n  A:\n    Kind: X\n")
    assert told == "template.yaml:2: resource A has no Type; say what it is"


def test_properties_that_are_a_list(project) -> None:
    told = project.mistake("Resources:\n  A:\n    Type: X\n    Properties: [1]\n")
    assert told.startswith("template.yaml:4: the Properties of A are no mapping")


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("!Ref Tabel", "Ref Tabel: there is no parameter or resource of this name"),
        ("!GetAtt Tabel.Arn", "GetAtt Tabel.Arn: there is no resource of this name"),
        ("!Sub '${Tabel.Arn}/x'", "GetAtt Tabel.Arn: there is no resource of this name"),
        ("!Sub '${Tabel}/x'", "Ref Tabel: there is no parameter or resource of this name"),
        ("!If [Prod, a, b]", "condition Prod is not declared"),
        ("!Select [7, [a, b]]", "the arguments of Fn::Select are not understood"),
        ("!FindInMap [Sizes, big, memory]", "the arguments of Fn::FindInMap are not understood"),
    ],
)
def test_an_intrinsic_that_leads_nowhere(project, value, what) -> None:
    told = project.mistake(f"{FUNCTION}      Environment: {{Variables: {{TABLE: {value}}}}}\n")
    assert told.startswith(f"template.yaml:8: {what}")
    assert "; " in told


def test_conditions_in_a_circle(project) -> None:
    told = project.mistake(
        "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n"
        "Resources:\n  Q: {Type: 'AWS::SQS::Queue', Condition: A}\n"
    )
    assert told.startswith("template.yaml:2: conditions go in a circle: A -> B -> A;")


def test_a_code_folder_that_is_not_there(project) -> None:
    told = project.mistake(FUNCTION.replace("CodeUri: src", "CodeUri: srcc/"))
    assert told == (
        "template.yaml:7: Worker: its code folder srcc/ is not there; "
        "correct CodeUri, or build what it names"
    )


def test_a_build_folder_that_is_not_there(project) -> None:
    told = project.mistake(FUNCTION.replace("src", ".aws-sam/build/Worker"))
    assert told.endswith("; run `sam build`")


def test_no_handler(project) -> None:
    told = project.mistake(FUNCTION.replace("      Handler: app.handler\n", ""))
    assert told == "template.yaml:2: function Worker has no Handler; add one, such as app.handler"


def test_no_code(project) -> None:
    told = project.mistake(FUNCTION.replace("      CodeUri: src\n", ""))
    assert told.startswith("template.yaml:2: function Worker says nowhere what its code is;")


def test_a_parameter_that_the_template_does_not_know(project) -> None:
    told = project.mistake("Parameters:\n  Stage: {Type: String}\n" + FUNCTION, Stgae="dev")
    assert told == "template.yaml:2: the template has no parameter Stgae; it declares Stage"


def test_a_value_that_a_parameter_does_not_allow(project) -> None:
    text = "Parameters:\n  Stage: {Type: String, AllowedValues: [dev, prod]}\n" + FUNCTION
    told = project.mistake(text, Stage="test")
    assert told == "template.yaml:2: parameter Stage cannot be 'test'; it allows dev, prod"


def test_a_folder_without_a_template(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"this folder has no template; name a file, or a folder"):
        discover(tmp_path)


def test_a_file_of_another_kind(project) -> None:
    assert "main.go: not a template that is known" in project.mistake("package main", "main.go")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        discover(tmp_path / "template.yaml")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cdk.json", "cdk.json: this CDK app has no cdk.out; run `cdk synth`"),
        ("serverless.ts", "serverless.ts: this service is a program; run `serverless print"),
        (
            ".chalice/config.json",
            ".chalice/config.json: this is a Chalice app; run `chalice",
        ),
        ("amplify/backend.ts", "amplify/backend.ts: this is an Amplify app (Gen 2); run `npx ampx"),
        ("sst.config.ts", "sst.config.ts: this is an SST app; run `npx sst build`"),
        ("zappa_settings.json", "zappa_settings.json: this is a Zappa project; unpack what"),
        ("Pulumi.yaml", "Pulumi.yaml: this is a Pulumi program; name a SAM template"),
        ("main.tf", "main.tf: this is a Terraform module and no plan; run `terraform plan"),
    ],
)
def test_a_folder_of_a_program_says_how_to_make_a_description_of_it(project, name, told) -> None:
    project.file(name, "")
    with pytest.raises(UsageError) as raised:
        discover(project.folder)
    assert str(raised.value).replace(f"{project.folder}/", "").startswith(told)


def test_code_that_only_the_translation_names_is_not_told_by_its_property(project) -> None:
    told = project.mistake(
        "service: a\nprovider: {name: aws}\nfunctions:\n"
        "  f: {handler: a.b, package: {artifact: x.zip}}\n",
        "serverless.yml",
    )
    assert told == (
        "serverless.yml:4: FLambdaFunction: its code folder x.zip is not there; build it first"
    )
