"""What CI systems are given: metadata against the vendors' schemas, shell steps run for real."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from harness.model import Sink, fingerprint

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      CodeUri: src/
      Handler: app.handler
      Events: {Get: {Type: Api, Properties: {Path: /items, Method: get}}}
"""
VULNERABLE = """
def handler(event, context):
    return {"statusCode": 200, "body": str(eval(event["queryStringParameters"]["sum"]))}
"""

# Of the only finding in VULNERABLE: it follows from names alone.
FINGERPRINT = fingerprint(
    rule="code-injection",
    function="Search",
    trigger="aws.apigateway.rest",
    address="/queryStringParameters/sum",
    sink=Sink(file="app.py", line=3, call="eval", function="handler"),
)


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", "docs/ci/github-nightly.yml"),
        ("vendor.gitlab-ci", "docs/ci/gitlab.yml"),
    ],
)
def test_metadata_is_what_the_vendors_schema_admits(schema: str, file: str) -> None:
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", schema, ROOT / file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_scripts_are_clean_shell() -> None:
    subprocess.run([BIN / "shellcheck", ROOT / ".ci/campaign", ROOT / ".ci/run"], check=True)
    steps = [step["run"] for step in action()["runs"]["steps"]]
    for step in steps:
        subprocess.run([BIN / "shellcheck", "--shell=bash", "-"], input=step, text=True, check=True)


def action() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "action.yml").read_text()))


def test_no_input_becomes_text_of_a_script() -> None:
    assert not [s for s in action()["runs"]["steps"] if "${{" in s.get("run", "")]


class Runner:
    """As much of a runner as a composite action's shell steps need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outputs: dict[str, str] = {}
        self.temp = folder / "runner"
        self.temp.mkdir()
        self.summary = self.temp / "summary"

    def step(self, name: str, inputs: dict[str, str], **more: str) -> int:
        """Run one step of the action with its inputs; returns its exit code."""
        told = action()
        given = {key: str(value["default"]) for key, value in told["inputs"].items()} | inputs
        step = next(s for s in told["runs"]["steps"] if s["name"] == name)

        def filled(match: re.Match[str]) -> str:
            kind, _, key = match.group(1).partition(".")
            return given[key] if kind == "inputs" else self.outputs[key.rpartition(".")[2]]

        environment = {
            key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", filled, value)
            for key, value in step.get("env", {}).items()
        }
        output = self.temp / "output"
        output.write_text("")
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("FAASFUZZ")},
                "PYTHONPATH": str(ROOT),
                **environment,
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "RUNNER_TEMP": str(self.temp),
                **more,
            },
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        self.told = ran.stdout + ran.stderr
        self.outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())
        return ran.returncode


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src" / "app.py").write_text(VULNERABLE)
    return tmp_path


def test_the_action_fuzzes_reports_and_judges(app: Path) -> None:
    runner = Runner(app)
    inputs = {
        "command": str(BIN / "faasfuzz"),
        "source": "template.yaml",
        "args": "--rule code-injection --function 'Sea*' --max-invocations 300 --seed 1",
    }
    assert runner.step("Fuzz", inputs) == 0, runner.told
    assert runner.outputs["exit-code"] == "1"
    assert runner.outputs["findings"] == runner.outputs["new"] == "1"
    sarif = json.loads((app / runner.outputs["sarif"]).read_text())
    assert sarif["runs"][0]["results"][0]["ruleId"] == "code-injection"
    assert (app / runner.outputs["folder"] / "gl-dast-report.json").is_file()
    assert "code-injection" in runner.summary.read_text()
    assert list((app / "faasfuzz-out" / "corpus").rglob("*.json")), "for the night to come"
    assert runner.step("Judge", inputs) == 1

    # The folder of the first night came back from the cache; names of campaigns are in seconds.
    first = app / runner.outputs["folder"]
    first.rename(first.with_name("20200101-000000-ci"))
    assert runner.step("Fuzz", inputs) == 0, runner.told
    assert (runner.outputs["findings"], runner.outputs["new"]) == ("1", "0")
    assert "0 new" in runner.summary.read_text()


def test_gitlabs_job_leaves_what_its_artifacts_name(app: Path) -> None:
    job = yaml.safe_load((ROOT / "docs" / "ci" / "gitlab.yml").read_text())["faasfuzz_dast"]
    known = app / "bin"
    known.mkdir()
    (known / "faasfuzz").symlink_to(BIN / "faasfuzz")
    (known / "faasfuzz-campaign").symlink_to(ROOT / ".ci" / "campaign")
    # It was decided on the finding: the job passes, and its reports say so.
    decided = {"id": FINGERPRINT, "reason": "a test", "until": "2999-01-01"}
    (app / "known.yaml").write_text(yaml.safe_dump({"findings": [decided]}))
    for baseline, code in (("", 1), ("known.yaml", 0)):
        ran = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
            cwd=app,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PATH": f"{known}:{os.environ['PATH']}",
                "FAASFUZZ_ARGS": "--rule code-injection --max-invocations 120 --seed 1",
                "FAASFUZZ_BASELINE": baseline,
                **job["variables"],
            },
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        kept = job["artifacts"]["reports"]
        found = json.loads((app / kept["dast"]).read_text())["vulnerabilities"]
        assert [v["details"]["fingerprint"]["value"] for v in found] == [FINGERPRINT]
        assert ElementTree.parse(app / kept["junit"]).getroot().get("failures") == str(code)
        assert (app / job["artifacts"]["paths"][0]).is_file()
        (app / "faasfuzz.env").unlink()


def test_a_mistake_in_the_call_fails_the_job(app: Path) -> None:
    runner = Runner(app)
    inputs = {"command": str(BIN / "faasfuzz"), "args": "--rule '; touch pwned' $(touch pwned)"}
    assert runner.step("Fuzz", inputs) == 0, runner.told
    assert runner.outputs["exit-code"] == "2"
    assert "folder" not in runner.outputs
    assert runner.step("Judge", inputs) == 2
    assert not (app / "pwned").exists()


@pytest.mark.slow
def test_the_action_installs_a_command_that_works_outside_of_the_checkout(app: Path) -> None:
    runner = Runner(app)
    assert runner.step("Install faasfuzz", {}, PYTHONPATH="") == 0, runner.told
    command = runner.temp / "faasfuzz" / "bin" / "faasfuzz"
    told = subprocess.run(
        [command, "discover", "template.yaml", "--json"],
        cwd=app,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout)["functions"][0]["name"] == "Search"
    libraries = next((runner.temp / "faasfuzz" / "lib").glob("python*")) / "site-packages"
    data = {path.name for path in (libraries / "harness" / "_data").iterdir()}
    assert data >= {"payloads", "event_templates", "reports", "examples"}


def test_the_image_copies_what_there_is() -> None:
    text = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().split()
    for path in re.findall(r"/src/(\S+)", text):
        assert (ROOT / path).exists()
        assert path.split("/")[0] not in ignored
    assert text.index("USER fuzz") > text.rindex("RUN ")
