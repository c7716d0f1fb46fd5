"""samconfig.toml: the template and the parameters with which SAM deploys."""

import pytest

from harness.discovery import discover
from tests.unit.discovery.makers import sam

PARAMETERS = """\
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Ref Name}}
Parameters:
  Name: {Type: String}
  Level: {Type: String, Default: info}
"""


@pytest.mark.parametrize(
    "said",
    [
        "'Name=\"orders\" Gone=x'",
        "['Name=orders']",
        "'ParameterKey=Name,ParameterValue=orders'",
        "{Name = 'orders'}",
    ],
)
def test_parameters_that_are_not_given_are_those_of_the_deployment(project, said) -> None:
    project.file("samconfig.toml", f"[default.deploy.parameters]\nparameter_overrides = {said}\n")
    application = project.discover(sam("        {}\n", PARAMETERS))
    assert application.resources[0].physical == "orders"
    assert application.notes == ("parameter Name is 'orders' in samconfig.toml",)
    given = project.discover(sam("        {}\n", PARAMETERS), parameters={"Name": "own"})
    assert (given.resources[0].physical, given.notes) == ("own", ())


def test_the_folder_means_the_template_that_its_commands_take(project) -> None:
    project.file("infra/main.yaml", sam("        {}\n").replace("src", "../src"))
    named = "version = 0.1\n[default.global.parameters]\ntemplate_file = 'infra/main.yaml'\n"
    project.file("samconfig.toml", named)
    assert discover(project.folder).source == project.folder / "infra" / "main.yaml"


def test_a_file_that_is_no_toml_is_told(project) -> None:
    project.file("samconfig.toml", "version = \n")
    assert project.mistake(sam("        {}\n")).startswith("samconfig.toml: not valid TOML")
