"""The commands of AWS that a finding prints, run by the AWS CLI and by SAM CLI."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.campaigns import findings_of
from tests.integration.apps import shop
from tests.integration.served import served

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vulnerable application, a campaign on it, and the events of its findings."""
    made = shop(tmp_path_factory.mktemp("printed"))
    findings_of(
        made, made / "out", functions=("Search",), rules=("sql-injection",), max_invocations=200
    )
    export = [COMMAND, "export", "out", "--out", "."]
    subprocess.run(export, cwd=made, check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    (found,) = json.loads((folder / "out" / "findings.json").read_text())["findings"]
    return dict(found)


def printed(told: dict[str, Any], *words: str) -> list[str]:
    (line,) = (line for line in told["reproduce"] if shlex.split(line)[: len(words)] == [*words])
    return shlex.split(line)


def ran(command: Iterable[str], folder: Path, **variables: str) -> str:
    done = subprocess.run(
        [*command],
        cwd=folder,
        env={**os.environ, **CREDENTIALS, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def second_cli() -> str:
    """The AWS CLI, which takes events as they are from its version 2 on."""
    for place in dict.fromkeys((shutil.which("aws"), "/usr/bin/aws")):
        if place is not None and Path(place).exists():
            version = subprocess.run([place, "--version"], capture_output=True, text=True)
            if version.stdout.startswith("aws-cli/2"):
                return place
    pytest.skip("the AWS CLI of version 2 is not installed")


def test_aws_lambda_invoke_gives_what_the_campaign_saw(folder: Path, told: dict[str, Any]) -> None:
    _, *words = printed(told, "aws", "lambda", "invoke")
    with served(folder) as running:
        ran([second_cli(), *words, "--endpoint-url", running.address], folder)
    assert json.loads((folder / "out.json").read_text()) == json.loads(told["response"])


def test_sam_local_invoke_gives_what_the_campaign_saw(
    sam_base: str, folder: Path, told: dict[str, Any]
) -> None:
    words = printed(told, "sam", "local", "invoke")
    home = {"SAM_CLI_TELEMETRY": "0"}
    answer = ran([*words, "--invoke-image", sam_base, "--skip-pull-image"], folder, **home)
    assert json.loads(answer) == json.loads(told["response"])
