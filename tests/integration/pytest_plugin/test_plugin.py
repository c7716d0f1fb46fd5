"""The plugin in real pytest runs, with a handler that is vulnerable and one that is not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.campaign.store import Store
from tests.integration.apps import SAFE, VULNERABLE, shop

ROOT = Path(__file__).parents[3]
TESTS = """
import pytest

pytestmark = pytest.mark.faasfuzz("template.yaml", rules=["sql-injection"], max_invocations=200)

def test_search(faasfuzz):
    faasfuzz.check(function="Search")

def test_safe(faasfuzz):
    report = faasfuzz.check(function="SearchSafe")
    assert report.trials > 20
    assert not report.findings
"""

# In a CI job Hypothesis' own default keeps no database.
KEEPING = """
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

settings.register_profile("kept", database=DirectoryBasedExampleDatabase(".hypothesis/examples"))
settings.load_profile("kept")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shop(tmp_path)
    (tmp_path / "test_shop.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    return tmp_path


def ran(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    environment = {k: v for k, v in environment.items() if not k.startswith("PYTEST")}
    # By its module, not by its entry point: the test is of this tree, installed or not.
    plugin = ("-p", "no:faasfuzz", "-p", "harness.pytest_plugin", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "--basetemp", str(project / "tmp"), *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_vulnerable_function_fails_its_test_in_a_few_lines_and_its_twin_passes(
    project: Path,
) -> None:
    told = ran(project)
    assert "1 failed, 1 passed" in told.stdout, told.stdout + told.stderr
    for line in (
        "SQL injection in Search (high, confirmed)",
        "  through: /queryStringParameters/name (aws.apigateway.rest)",
        "  sink:    app.py:9 ",
        '  event:   {"queryStringParameters": {"name": ',
        "  witness: ",
        "  again:   faasfuzz replay ",
    ):
        assert line in told.stdout
    assert "Traceback" not in told.stdout
    shown = told.stdout[told.stdout.index("SQL injection in Search") :].split("=====")[0]
    assert len(shown.strip().splitlines()) < 15
    report = Path(shown.split("report: ")[1].splitlines()[0])
    assert report.is_file()


def test_what_failed_before_is_replayed_first_and_forgotten_once_mended(project: Path) -> None:
    (project / "conftest.py").write_text(KEEPING)
    first = ran(project, "-k", "test_search")
    assert "1 failed" in first.stdout, first.stdout
    assert (project / ".hypothesis" / "examples").is_dir()
    again = ran(project, "-k", "test_search")
    assert "found before: FAILED" in again.stdout, again.stdout
    assert not list((project / "tmp").rglob("campaign.db")), "no campaign was needed"
    (project / "src" / "app.py").write_text(SAFE)
    assert "1 passed" in ran(project, "-k", "test_search").stdout
    (project / "src" / "app.py").write_text(VULNERABLE)
    assert "found before" not in ran(project, "-k", "test_search").stdout


def test_an_exported_finding_is_a_test_that_passes_once_it_is_mended(project: Path) -> None:
    ran(project, "-k", "test_search")
    campaign = next((project / "tmp").rglob("campaign.db")).parent
    with Store.open(campaign) as store:
        found = store.findings()
    exported = subprocess.run(
        [
            *(sys.executable, "-c", "from harness.cli.main import main; main()"),
            *("export", str(campaign), "--finding", found[0].id, "--out", "findings"),
        ],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert exported.returncode == 0, exported.stderr
    told = json.loads((project / "findings" / f"{found[0].id}.json").read_text())
    assert told == found[0].event
    failing = ran(project, "findings")
    assert "1 failed" in failing.stdout, failing.stdout
    assert "FAILED: " in failing.stdout
    (project / "src" / "app.py").write_text(SAFE)
    assert "1 passed" in ran(project, "findings").stdout


def test_it_runs_under_xdist_and_keeps_to_the_profile(project: Path) -> None:
    (project / "conftest.py").write_text(
        "from hypothesis import settings\n"
        "settings.register_profile('steady', derandomize=True, database=None, max_examples=20)\n"
        "settings.load_profile('steady')\n"
    )
    tests = TESTS.replace(", max_invocations=200", "")
    (project / "test_shop.py").write_text(tests + "    assert report.invocations <= 220\n")
    runs = [ran(project, "-n", "2") for _ in range(2)]
    for told in runs:
        assert "1 failed, 1 passed" in told.stdout, told.stdout + told.stderr
    seeds = [told.stdout.split("seed ")[1].split()[0] for told in runs]
    assert seeds[0] == seeds[1]
    assert not (project / ".hypothesis" / "examples").exists()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("faasfuzz.check('gone.yaml')", "no such file or folder"),
        ("faasfuzz.check()", "no source"),
        ("faasfuzz.check('template.yaml', function='Nobody')", "no function to test"),
        ("faasfuzz.check('template.yaml', rules=['sqli'])", "no rule 'sqli'"),
        ("faasfuzz.check('template.yaml', ruls=['ssrf'])", "unknown option 'ruls'"),
        ("faasfuzz.check('template.yaml', fail_on='bad')", "no severity 'bad'"),
        ("faasfuzz.replay('template.yaml')", "this is no exported finding"),
    ],
)
def test_a_mistake_is_told_in_one_line(project: Path, body: str, line: str) -> None:
    (project / "test_shop.py").write_text(f"def test_it(faasfuzz):\n    {body}\n")
    told = ran(project, "--tb=short")
    assert "1 failed" in told.stdout
    assert line in told.stdout
    assert "Traceback" not in told.stdout


def test_what_could_not_be_tested_fails_and_says_why(project: Path) -> None:
    (project / "src" / "safe.py").write_text("raise RuntimeError('at import')\n")
    told = ran(project, "-k", "test_safe")
    assert "1 failed" in told.stdout
    assert "SearchSafe was not tested: " in told.stdout
    assert "at import" in told.stdout


def test_tests_that_fuzz_can_be_left_out(project: Path) -> None:
    (project / "test_shop.py").write_text(
        "def test_fuzz(faasfuzz):\n    faasfuzz.check('template.yaml')\n\ndef test_other(): pass\n"
    )
    assert "1 passed, 1 deselected" in ran(project, "-m", "not faasfuzz").stdout


def test_loading_the_plugin_loads_nothing_of_a_campaign(project: Path) -> None:
    (project / "test_shop.py").write_text(
        "import sys\n\n"
        "def test_it():\n"
        "    assert 'harness.pytest_plugin' in sys.modules\n"
        "    assert 'boto3' not in sys.modules\n"
        "    assert not [m for m in sys.modules if m.startswith('harness.campaign')]\n"
    )
    assert "1 passed" in ran(project).stdout
