"""The documentation builds, asks nothing of the network, and what it tells people to do works."""

import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from harness.cli.known import event_templates
from harness.cli.main import cli
from harness.oracles.base import Oracle
from harness.targets.registry import names
from tests.unit.oracles.makers import case, outcome

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
BIN = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "NO_COLOR": "1",
    "COLUMNS": "200",
    "NO_MKDOCS_2_WARNING": "1",
}


class Loads(HTMLParser):
    """Collects what a page makes a browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        source = told.get("src") if tag in ("script", "img", "iframe") else None
        if tag == "link" and told.get("rel") not in ("canonical", "next", "prev", "edit"):
            source = told.get("href")
        if source:
            self.found.append(source)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [BIN / "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text())
        assert not [s for s in loads.found if re.match(r"(https?:)?//", s)], page


def test_the_reference_has_every_command_and_every_option(site: Path) -> None:
    text = (site / "reference" / "cli" / "index.html").read_text()
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert f">faasfuzz {name}<" in text, name
        for option in command.params:
            for flag in option.opts if option.param_type_name == "option" else ():
                assert flag in text, (name, flag)


def blocks(page: str, language: str) -> list[tuple[str, str]]:
    """(title, text) of the fenced blocks of a language."""
    found = re.findall(
        rf'^```{language}(?: title="([^"]+)")?\n(.*?)^```$', (DOCS / page).read_text(), re.M | re.S
    )
    return [(title, text) for title, text in found]


def ran(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line.removeprefix("$ "))
    assert words[0] == "faasfuzz"
    main = [sys.executable, "-c", "from harness.cli.main import main; main()"]
    return subprocess.run(
        [*main, *words[1:]],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    files = blocks("tutorial.md", "yaml") + blocks("tutorial.md", "python")
    assert [title for title, _ in files] == ["template.yaml", "src/app.py", "src/app.py"]
    (tmp_path / "src").mkdir()
    for title, text in files[:2]:
        (tmp_path / title).write_text(text)
    lines = [
        line
        for _, text in blocks("tutorial.md", "console")
        for line in text.splitlines()
        if line.startswith("$ ")
    ]
    discover, fuzz, export, again, mended, second, diff = lines
    told = ran(tmp_path, discover).stdout
    assert "aws.sqs.message" in told
    assert "article" not in told
    campaign = ran(tmp_path, fuzz)
    assert campaign.returncode == 1, campaign.stderr
    assert "report: first/report.html" in campaign.stdout
    told = [line for line in campaign.stderr.splitlines() if "sql-injection in BookOrder" in line]
    assert any("by /Records/0/body!json/" in line for line in told), campaign.stderr
    found = re.search(r"\(confirmed, ([0-9a-f]{16})\)", told[0])
    assert found is not None
    assert "test_sql_injection_" in ran(tmp_path, export).stdout
    replayed = ran(tmp_path, again.replace("ID", found.group(1)))
    assert (replayed.returncode, replayed.stdout[:6]) == (1, "FAILED"), replayed.stderr
    (tmp_path / files[2][0]).write_text(files[2][1])
    replayed = ran(tmp_path, mended.replace("ID", found.group(1)))
    assert (replayed.returncode, replayed.stdout[:5]) == (0, "FIXED"), replayed.stderr
    after = ran(tmp_path, second)
    assert after.returncode == 0, after.stderr
    assert "persisting: 0" in ran(tmp_path, diff).stdout


def test_every_event_that_is_told_of_can_be_printed() -> None:
    text = "".join(text for _, text in blocks("howto/triggers.md", "console"))
    lines = [line for line in text.splitlines() if line.startswith("$ faasfuzz event ")]
    assert len(lines) > 25
    for line in lines:
        told = CliRunner().invoke(cli, shlex.split(line)[2:])
        assert told.exit_code == 0, (line, told.exception)


def test_each_target_and_each_kind_of_trigger_has_its_how_to() -> None:
    targets = (DOCS / "howto" / "targets.md").read_text().lower()
    headings = " ".join(line for line in targets.splitlines() if line.startswith("## "))
    for name in names():
        assert name in headings, name
    triggers = (DOCS / "howto" / "triggers.md").read_text()
    printed = set(re.findall(r"faasfuzz event (\w+)\.(\w+)", triggers))
    for provider in {template.provider for template in event_templates().values()}:
        assert provider in {name for name, _ in printed}, provider


def test_every_call_of_faasfuzz_in_the_documentation_is_one_that_it_takes() -> None:
    context = click.Context(cli)
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    calls = [
        (page.name, line.strip().removeprefix("$ ").split(" #")[0])
        for page in pages
        for text in re.findall(r"^```(?:console|sh)\n(.*?)^```$", page.read_text(), re.M | re.S)
        for line in text.splitlines()
        if line.strip().removeprefix("$ ").startswith("faasfuzz ")
    ]
    assert len(calls) > 50
    for page, line in calls:
        words = shlex.split(line.split(" > ")[0].split(" | ")[0])
        command = cli.get_command(context, words[1])
        assert command is not None, (page, line)
        rest = words[2:]
        if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            found = command.get_command(context, rest[0])
            assert found is not None, (page, line)
            command, rest = found, rest[1:]
        command.make_context(words[1], rest)


def test_the_example_template_is_fine_and_makes_an_event(tmp_path: Path) -> None:
    (title, text), *_ = blocks("extend/template.md", "yaml")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / title).write_text(text)
    checked, shown, _ = blocks("extend/template.md", "console")[-1][1].splitlines()
    assert ran(tmp_path, checked).stdout == "1 templates are fine\n"
    event = ran(tmp_path, shown)
    assert event.returncode == 0, event.stderr
    assert '"eventSource": "aws:sqs"' in event.stdout


def test_the_example_payload_is_fine(tmp_path: Path) -> None:
    (title, text), *_ = blocks("extend/payload.md", "yaml")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / title).write_text(text)
    assert ran(tmp_path, "faasfuzz payloads check mine/").stdout == "1 payloads are fine\n"


def test_the_example_oracle_sees_the_attack_and_not_the_control() -> None:
    space: dict[str, object] = {}
    exec(blocks("extend/oracle.md", "python")[0][1], space)
    oracle: Oracle = space["InternalNameOracle"]()  # type: ignore[operator]
    assert oracle.rules == ("verbose-error",)
    hit = list(oracle.judge(case("verbose-error", "p", outcome(raw="at db7.corp.example"))))
    assert [v.witness.seen for v in hit] == ["db7.corp.example"]
    assert not list(oracle.judge(case("verbose-error", "p", outcome(raw="fine"))))


def test_completion_knows_the_commands() -> None:
    told = subprocess.run(
        [BIN / "faasfuzz"],
        env={
            **ENVIRONMENT,
            "_FAASFUZZ_COMPLETE": "bash_complete",
            "COMP_WORDS": "faasfuzz re",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert {line.partition(",")[2] for line in told.stdout.split()} >= {"replay", "report"}
    page = (DOCS / "howto" / "setup.md").read_text()
    for shell in ("bash", "zsh", "fish"):
        assert f"_FAASFUZZ_COMPLETE={shell}_source faasfuzz" in page
