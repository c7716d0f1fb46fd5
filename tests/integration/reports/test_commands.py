"""The commands that a report prints, run as they stand there."""

import html
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.apps import LINE, SAFE, VULNERABLE, shop
from tests.integration.served import served
from tests.unit.campaign.test_campaign_parts import PLACE, finding
from tests.unit.cli.makers import stored

ROOT = Path(__file__).parents[3]
MAIN = [sys.executable, "-c", "from harness.cli.main import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
ID = "0123456789abcdef"
PAYLOAD = "' union select 'a' || 'b' --"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vulnerable application with a campaign in a folder that has a space in its name."""
    made = tmp_path_factory.mktemp("commands")
    shop(made)
    event = {"queryStringParameters": {"name": PAYLOAD}}
    stored(
        made / "my campaign",
        finding(
            insertion_point="/queryStringParameters/name",
            payload_id="sql-injection.any.text",
            payload=PAYLOAD,
            event=event,
            control_event={"queryStringParameters": {"name": "sample"}},
            sink=replace(PLACE, line=LINE),
        ),
        source=made,
    )
    return made


@pytest.fixture(scope="module")
def printed(folder: Path) -> list[str]:
    """The shell commands of the only finding, as a reader copies them from the page."""
    ran(folder, "faasfuzz report 'my campaign'")
    page = (folder / "my campaign" / "report.html").read_text()
    found = re.findall(r'<pre class="command".*?<code>(.*?)</code>', page, re.S)
    return [html.unescape(text).strip() for text in found]


@pytest.fixture
def serving(folder: Path) -> Iterator[str]:
    with served(folder) as running:
        yield running.address


def ran(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line)
    command = [*MAIN, *words[1:]] if words[0] == "faasfuzz" else words
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def test_replay_says_failed_and_fixed(folder: Path, printed: list[str]) -> None:
    (line,) = (line for line in printed if line.startswith("faasfuzz replay"))
    told = ran(folder, line)
    assert (told.returncode, told.stdout[:6]) == (1, "FAILED"), told.stderr
    (folder / "src" / "app.py").write_text(SAFE)
    told = ran(folder, line)
    (folder / "src" / "app.py").write_text(VULNERABLE)
    assert (told.returncode, told.stdout[:5]) == (0, "FIXED"), told.stderr


def test_the_exported_event_shows_it_over_the_lambda_api(
    folder: Path, printed: list[str], serving: str
) -> None:
    (export,) = (line for line in printed if line.startswith("faasfuzz export"))
    assert ran(folder, export).returncode == 0
    (line,) = (line for line in printed if "/2015-03-31/functions/Search/" in line)
    line = line.replace("http://127.0.0.1:3001", serving)
    attacked = ran(folder, line)
    assert "HTTP/1.1 200" in attacked.stdout, attacked.stderr
    assert '[[\\"ab\\"]]' in attacked.stdout


def test_what_needs_other_tools_is_a_command_of_theirs(folder: Path, printed: list[str]) -> None:
    first = [line.split()[:3] for line in printed]
    assert ["aws", "lambda", "invoke"] in first or ["curl", "-i", "-X"] in first
    for line in printed:
        assert shlex.split(line), line
