"""The command as people and CI jobs use it: exit codes, files, mistakes, replay, resume."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from harness.reports.jsonfile import SCHEMA
from tests.e2e.campaigns import run_alone

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, Timeout: 2}
  Api: {Auth: {ApiKeyRequired: true}}
Resources:
  Search:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Events: {Get: {Type: Api, Properties: {Path: /items, Method: get}}}
"""
VULNERABLE = """
import json, sqlite3
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table item (name text)")

def handler(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "")
    try:
        rows = db.execute("select name from item where name = '" + name + "'").fetchall()
    except sqlite3.Error:
        rows = []
    return {"statusCode": 200, "body": json.dumps(rows)}
"""
MENDED = VULNERABLE.replace('"select name from item where name = \'" + name + "\'"', "").replace(
    "db.execute()", 'db.execute("select name from item where name = ?", (name,))'
)


# Enough for what some tests ask of a campaign.
FEW = ("--max-invocations", "400", "--quiet")


def faasfuzz(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        timeout=300,
        check=False,
    )


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src" / "app.py").write_text(VULNERABLE)
    return tmp_path


def findings(out: Path) -> dict[str, object]:
    told = json.loads((out / "findings.json").read_text())
    schema = json.loads((ROOT / "harness" / "reports" / "findings.schema.json").read_text())
    jsonschema.validate(told, schema)
    assert told["schema"] == SCHEMA
    return dict(told)


def test_a_campaign_writes_its_files_and_exits_by_the_contract(app: Path) -> None:
    ran = faasfuzz("run", ".", "--seed", "3", "--out", "out", "--quiet", cwd=app)
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout.strip() == "report: out/report.html"
    out = app / "out"
    told = findings(out)
    assert [f["rule"] for f in told["findings"]] == ["sql-injection"]  # type: ignore[attr-defined,index]
    found = told["findings"][0]  # type: ignore[index]
    assert found["sink"]["line"] == 9
    assert found["insertion_point"] == "/queryStringParameters/name"
    assert found["event"]["queryStringParameters"]["name"] == found["payload"]
    assert "requestContext" not in found["event"], "the event was shrunk"
    sarif = json.loads((out / "results.sarif").read_text())
    assert sarif["runs"][0]["results"][0]["ruleId"] == "sql-injection"
    suites = ElementTree.parse(out / "junit.xml").getroot()
    assert suites.get("failures") == "1"
    assert "sql-injection" in (out / "summary.md").read_text()
    assert "<html" in (out / "report.html").read_text()
    assert "\x1b" not in ran.stderr

    again = faasfuzz("replay", found["id"][:6], "--campaign", "out", cwd=app)
    assert (again.returncode, again.stdout[:6]) == (1, "FAILED"), again.stderr
    (app / "src" / "app.py").write_text(MENDED)
    again = faasfuzz("replay", found["id"], "--campaign", "out", cwd=app)
    assert (again.returncode, again.stdout[:5]) == (0, "FIXED"), again.stderr

    second = faasfuzz("run", ".", "--seed", "3", "--out", "new", "--quiet", cwd=app)
    assert second.returncode == 0, second.stderr
    difference = json.loads(faasfuzz("diff", "out", "new", "--json", cwd=app).stdout)
    assert difference == {"new": [], "fixed": [found["id"]], "persisting": [], "untested": []}

    (out / "report.html").unlink()
    written = faasfuzz("report", "out", "--format", "html", cwd=app)
    assert written.returncode == 0
    assert (out / "report.html").exists()


def test_what_stands_in_the_users_aws_settings_is_nothing_to_the_local_cloud(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameter = '  P: {Type: "AWS::SSM::Parameter", Properties: {Type: String, Value: x}}\n'
    (app / "template.yaml").write_text(TEMPLATE + parameter)
    (app / "settings").write_text("no = section\n[[[")
    monkeypatch.setenv("AWS_PROFILE", "there-is-none")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(app / "settings"))
    done = faasfuzz("run", ".", "--rule", "sql-injection", "--out", "out", *FEW, cwd=app)
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads((app / "out" / "findings.json").read_text())
    assert told["functions"][0]["tested"]


def test_a_known_finding_does_not_fail_the_run(app: Path) -> None:
    few = ("--rule", "sql-injection", "--max-invocations", "300", "--quiet")
    faasfuzz("run", ".", "--out", "one", *few, cwd=app)
    # Another folder, other lines, another seed and so other payloads: the same fingerprint.
    moved = app / "elsewhere"
    moved.mkdir()
    shutil.copy(app / "template.yaml", moved)
    (moved / "src").mkdir()
    (moved / "src" / "app.py").write_text("# A new header.\n\n\n" + VULNERABLE)
    options = (*few, "--baseline", "../one/findings.json")
    ran = faasfuzz("run", ".", "--out", "two", "--seed", "99", *options, cwd=moved)
    assert ran.returncode == 0, ran.stderr
    first, second = (findings(f)["findings"][0] for f in (app / "one", moved / "two"))  # type: ignore[index]
    assert first["id"] == second["id"]
    assert (first["payload"], first["sink"]) != (second["payload"], second["sink"])
    root = ElementTree.parse(moved / "two" / "junit.xml").getroot()
    assert root.get("failures") == "0"


def test_a_campaign_is_not_mixed_with_an_older_one_in_its_folder(app: Path) -> None:
    options = ("--out", "out", "--rule", "sql-injection", *FEW)
    assert faasfuzz("run", ".", *options, cwd=app).returncode == 1
    (app / "src" / "app.py").write_text(MENDED)
    assert faasfuzz("run", ".", *options, cwd=app).returncode == 0
    assert findings(app / "out")["findings"] == []


def test_the_same_seed_sends_the_same_plan(app: Path) -> None:
    runs = []
    for name in ("one", "two"):
        faasfuzz("run", ".", "--out", name, "--seed", "11", *FEW, cwd=app)
        told = findings(app / name)
        runs.append((told["functions"][0]["trials"], told["findings"][0]["payload"]))  # type: ignore[index]
    assert runs[0] == runs[1]


def test_what_cannot_be_tested_is_told_and_exits_3(app: Path) -> None:
    text = TEMPLATE + TEMPLATE[TEMPLATE.index("  Search:") :].replace("Search:", "Other:").replace(
        "Handler:", "Runtime: java17\n      Handler:"
    )
    (app / "template.yaml").write_text(text)
    (app / "src" / "app.py").write_text(MENDED)
    ran = faasfuzz("run", ".", "--out", "out", "--quiet", cwd=app)
    assert ran.returncode == 3, ran.stderr
    functions = {f["name"]: f for f in findings(app / "out")["functions"]}  # type: ignore[attr-defined]
    assert not functions["Other"]["tested"]
    assert "java17" in functions["Other"]["reason"]


def test_the_unmodified_runtime_client_finds_the_same(app: Path) -> None:
    options = ("--client", "ric", "--rule", "sql-injection", "--quiet")
    ran = faasfuzz("run", ".", "--out", "out", *options, cwd=app)
    assert ran.returncode == 1, ran.stderr
    assert findings(app / "out")["findings"]


@pytest.mark.parametrize(
    "code",
    [
        "import sys\ndef handler(event, context):\n    sys.exit(3)\n",
        "import os\ndef handler(event, context):\n    os.kill(os.getpid(), 9)\n",
        "def handler(event, context):\n    while True: print('x' * 10000)\n",
        "raise RuntimeError('at import')\n",
        "def handler(event, context):\n    return '[' * 100000\n",
        "def handler(event, context):\n    print('\\x1b[2J\\x1b]0;x\\x07')\n    return object()\n",
    ],
    ids=["exits", "dies", "floods", "never-starts", "answers-nonsense", "prints-escapes"],
)
def test_the_harness_survives_whatever_the_function_does(app: Path, code: str) -> None:
    (app / "src" / "app.py").write_text(code)
    (app / "template.yaml").write_text(TEMPLATE.replace("Timeout: 2", "Timeout: 1"))
    options = ("--max-time", "10s", "--no-progress", "--fail-on", "never")
    ran = faasfuzz("run", ".", "--out", "out", *options, cwd=app)
    assert ran.returncode in (0, 3), ran.stderr
    assert "Traceback" not in ran.stderr
    assert "\x1b" not in ran.stderr
    assert (app / "out" / "report.html").exists()


def test_an_interrupted_campaign_keeps_what_it_did_and_goes_on(app: Path) -> None:
    slow = VULNERABLE.replace("    name =", "    import time; time.sleep(0.02)\n    name =")
    (app / "src" / "app.py").write_text(slow)
    process = subprocess.Popen(
        [COMMAND, "run", ".", "--out", "out", "--seed", "3", "--no-progress"],
        cwd=app,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "sql-injection" in line:
            break
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert findings(app / "out")["findings"]
    (app / "src" / "app.py").write_text(VULNERABLE)
    resumed = faasfuzz("run", ".", "--resume", "out", "--quiet", cwd=app)
    assert resumed.returncode == 1, resumed.stderr
    told = findings(app / "out")
    assert len(told["findings"]) == 1  # type: ignore[arg-type]
    assert told["functions"][0]["tested"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"template.yaml": "Resources: [\n"}, "template.yaml"),
        ({"template.yaml": ""}, "empty"),
        ({"template.yaml": "Outputs: {}\n"}, "Resources"),
        ({"template.yaml": TEMPLATE.replace("CodeUri: src/", "CodeUri: gone/")}, "gone"),
        ({"template.yaml": TEMPLATE.replace("app.handler", "!Ref Nothing")}, "Nothing"),
        ({"faasfuzz.toml": "max_tme = '5m'\n"}, "max_tme"),
        ({"faasfuzz.toml": "workers = \n"}, "TOML"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_2(app: Path, change: dict[str, str], told: str) -> None:
    for name, text in change.items():
        (app / name).write_text(text)
    ran = faasfuzz("run", ".", "--quiet", cwd=app)
    assert ran.returncode == 2
    lines = ran.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("faasfuzz: ")
    assert told in lines[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere"),
        ("run", ".", "--rule", "no-such-rule"),
        ("run", ".", "--function", "Nobody"),
        ("run", ".", "--max-time", "soon"),
        ("run", ".", "--baseline", "missing.yaml"),
        ("replay", "ffff"),
        ("report", "nowhere"),
        ("event", "aws.sqs.mesage"),
        ("event", "aws.sqs.message", "--set", "/Nothing=1"),
        ("templates", "show", "nothing"),
        ("bogus",),
    ],
)
def test_a_wrong_call_gets_one_line_and_exit_2(app: Path, arguments: tuple[str, ...]) -> None:
    ran = faasfuzz(*arguments, cwd=app)
    assert ran.returncode == 2
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr


def test_discover_event_and_catalogues_speak_json(app: Path) -> None:
    told = json.loads(faasfuzz("discover", ".", "--json", cwd=app).stdout)
    trigger = told["functions"][0]["triggers"][0]
    assert trigger["template"] == "aws.apigateway.rest"
    assert "/queryStringParameters/q" in trigger["insertion_points"]
    assert "aws.apigateway.rest" in faasfuzz("discover", ".", cwd=app).stdout
    pointer = "/Records/0/body!json/Message!json/id=a'b"
    event = json.loads(faasfuzz("event", "aws.sqs.sns-message", "--set", pointer).stdout)
    assert json.loads(json.loads(event["Records"][0]["body"])["Message"])["id"] == "a'b"
    for name in ("templates", "payloads", "rules"):
        assert len(json.loads(faasfuzz(name, "--json").stdout)) > 10
    assert faasfuzz("doctor").returncode == 0


def test_no_process_or_folder_is_left_behind(app: Path) -> None:
    ran = run_alone("run", ".", "--out", "out", "--rule", "sql-injection", "--quiet", cwd=app)
    assert (ran.stdout, ran.stderr) == ("report: out/report.html\n", "")
    assert not subprocess.run(["pgrep", "-f", str(app)], capture_output=True, check=False).stdout
