"""A larger budget never finds less, and a budget of time is kept."""

import json
import subprocess
from pathlib import Path

from tests.corpus.loading import template
from tests.e2e.campaigns import findings_of, run_alone


def test_half_of_a_budget_finds_nothing_that_the_whole_does_not(tmp_path: Path) -> None:
    source = tmp_path / "template.json"
    source.write_text(json.dumps(template("")))
    found = []
    for invocations in (80, 160):
        told = findings_of(
            source,
            tmp_path / str(invocations),
            workers=1,
            max_invocations=invocations,
            functions=["CommandKey*", "SqlSearch*", "TemplateRow*", "ReadFile*"],
        )
        assert all(f["invocations"] <= invocations * 1.5 for f in told["functions"])
        found.append({f["id"] for f in told["findings"]})
    assert found[0] <= found[1]
    assert found[0], "something was to be found"


def test_a_call_that_does_not_end_does_not_outlast_the_time(tmp_path: Path) -> None:
    told = {
        "Hang": "import time\ndef handler(event, context): time.sleep(900)\n",
        "Quick": "def handler(event, context): return {'statusCode': 200, 'body': ''}\n",
    }
    resources = {}
    for name, code in told.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(code)
        resources[name] = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.11",
                "Handler": "app.handler",
                "CodeUri": f"{name}/",
                "Timeout": 900,
                "Events": {"Get": {"Type": "Api", "Properties": {"Path": "/", "Method": "get"}}},
            },
        }
    source = tmp_path / "template.json"
    source.write_text(
        json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})
    )
    options = ("--workers", "2", "--max-time", "4s", "--rule", "xss", "--out", "out", "--quiet")
    ran = run_alone("run", ".", *options, cwd=tmp_path)
    assert (ran.stdout, ran.stderr) == ("report: out/report.html\n", "")
    found = json.loads((tmp_path / "out" / "findings.json").read_text())
    functions = {f["name"]: f for f in found["functions"]}
    assert functions["Quick"]["tested"]
    assert not functions["Hang"]["tested"]
    assert "did not end" in functions["Hang"]["reason"]
    assert not subprocess.run(
        ["pgrep", "-f", str(tmp_path / "Hang")], capture_output=True, check=False
    ).stdout
