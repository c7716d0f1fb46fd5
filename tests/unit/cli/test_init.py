"""`faasfuzz init`: what it writes is a settings file that `run` takes, also with all of it on."""

import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from harness.cli.init import init
from harness.cli.run import run
from harness.cli.settings import apply_settings, load_settings
from harness.errors import UsageError

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      CodeUri: .
      Handler: app.handler
      Events: {Queue: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}
  Jobs: {Type: AWS::SQS::Queue}
"""
AZURE = """
import azure.functions as func

app = func.FunctionApp()

@app.queue_trigger(arg_name="item", queue_name="jobs", connection="C")
def work(item: func.QueueMessage) -> None:
    pass
"""


def written(folder: Path, *arguments: str) -> str:
    ran = CliRunner().invoke(init, [str(folder), *arguments])
    if ran.exception is not None:
        raise ran.exception
    return ran.output


def test_it_says_what_it_found_and_every_option_stands_in_it(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text("def handler(event, context): pass\n")
    (tmp_path / "faasfuzz-baseline.yaml").write_text("findings: []\n")
    told = written(tmp_path)
    assert "1 functions, 1 kinds of triggers" in told
    text = (tmp_path / "faasfuzz.toml").read_text()
    assert "#   Orders (python3.11): aws.sqs.message" in text
    assert tomllib.loads(text) == {"baseline": "faasfuzz-baseline.yaml"}
    assert load_settings(None, tmp_path) == {"baseline": "faasfuzz-baseline.yaml"}


def test_each_line_that_is_commented_out_is_an_option_that_run_knows(tmp_path: Path) -> None:
    written(tmp_path)
    lines = (tmp_path / "faasfuzz.toml").read_text().splitlines()
    on = "\n".join(line.removeprefix("# ") for line in lines if " = " in line)
    settings = tomllib.loads(on)
    assert {"function", "rule", "max_time", "fail_on", "baseline"} <= set(settings)
    context = click.Context(run)
    apply_settings(context, settings | {"max_time": "10m"}, "faasfuzz.toml", {})


def test_a_project_without_functions_gets_a_file_as_well(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print(1)\n")
    (tmp_path / "package.json").write_text("{}")
    assert "nothing that declares functions" in written(tmp_path)
    assert tomllib.loads((tmp_path / "faasfuzz.toml").read_text()) == {}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"sub/template.yaml": TEMPLATE, "sub/app.py": ""}, "sub/template.yaml: 1 functions"),
        ({"cdk.json": "{}"}, "cdk synth"),
        ({"main.tf": ""}, "terraform plan"),
        (
            {"packages.yaml": "", "host.json": '{"version": "2.0"}', "function_app.py": AZURE},
            "1 functions, 1 kinds of triggers",
        ),
    ],
)
def test_it_knows_what_discover_knows(tmp_path: Path, files: dict[str, str], told: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert told in written(tmp_path)


def test_a_source_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Resources: [\n")
    assert "not read: " in written(tmp_path)
    tomllib.loads((tmp_path / "faasfuzz.toml").read_text())


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "faasfuzz.toml").write_text("workers = 1\n")
    with pytest.raises(UsageError, match="--force"):
        written(tmp_path)
    assert (tmp_path / "faasfuzz.toml").read_text() == "workers = 1\n"
    written(tmp_path, "--force")
    with pytest.raises(UsageError, match="no such folder"):
        written(tmp_path / "gone")
