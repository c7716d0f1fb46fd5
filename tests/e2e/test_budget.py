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
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(
        "import time\n\ndef handler(event, context):\n    time.sleep(900)\n"
    )
    hang = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": "app.handler",
            "CodeUri": "src/",
            "Timeout": 900,
            "Events": {"Get": {"Type": "Api", "Properties": {"Path": "/", "Method": "get"}}},
        },
    }
    source = tmp_path / "template.json"
    source.write_text(
        json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Hang": hang}})
    )
    # That it comes to an end at all is the point: the call takes a quarter of an hour.
    options = ("--workers", "1", "--max-time", "4s", "--rule", "xss", "--out", "out", "--quiet")
    ran = run_alone("run", ".", *options, cwd=tmp_path)
    assert (ran.stdout, ran.stderr) == ("report: out/report.html\n", "")
    (function,) = json.loads((tmp_path / "out" / "findings.json").read_text())["functions"]
    assert not function["tested"]
    assert "--max-time" in function["reason"]
    assert not subprocess.run(
        ["pgrep", "-f", str(tmp_path / "src")], capture_output=True, check=False
    ).stdout
