"""kill -9 at any instant: what was stored is whole, and --resume goes on from there."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
KILLS = 100
_AT_START = 0.7  # this part of the kills comes before a session has stored anything
_LATEST = 0.3  # the others up to as many seconds after it did for the first time
APP = """
import json, os

def handler(event, context):
    body = json.loads(event["body"])
    if body.get("kind") == "report":
        os.system("true " + str(body.get("name")))
    return {"statusCode": 200, "body": str(eval(str(body.get("count", "1")), {"__builtins__": {}}))}
"""
TEMPLATE = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Reports": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.11",
                "CodeUri": "src",
                "Handler": "app.handler",
                "Events": {
                    "In": {"Type": "HttpApi", "Properties": {"Path": "/r", "Method": "post"}}
                },
            },
        }
    },
}
RULES = ("os-command-injection", "code-injection", "path-traversal", "sql-injection")


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    rules = [word for rule in RULES for word in ("--rule", rule)]
    command = [COMMAND, "run", ".", "--seed", "3", "--workers", "1", *rules]
    return subprocess.Popen(
        [*command, "--fail-on", "never", "--quiet", *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def stored(folder: Path) -> int:
    """How many rows of results there are."""
    return sum(map(len, read(folder)))


def await_instant(
    dice: random.Random, running: subprocess.Popen[bytes], folder: Path, opening: float
) -> None:
    """Wait until the session is to be killed, or has ended; its first row takes `opening` s."""
    if dice.random() < _AT_START:
        time.sleep(dice.uniform(0, opening))
        return
    before = stored(folder)
    while stored(folder) == before and running.poll() is None:
        time.sleep(0.02)
    time.sleep(dice.uniform(0, _LATEST))


def read(folder: Path) -> tuple[set[int], dict[str, str], list[dict[str, object]]]:
    """Cells, findings and accounts; empty where nothing was stored yet."""
    file = folder / "campaign.db"
    if not file.is_file():
        return set(), {}, []
    db = sqlite3.connect(file)
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        cells = {row[0] for row in db.execute("SELECT cell FROM cell")}
        findings = dict(db.execute("SELECT id, finding FROM finding"))
        accounts = [json.loads(row[0]) for row in db.execute("SELECT account FROM job")]
    except sqlite3.OperationalError:  # killed before its tables were made
        return set(), {}, []
    finally:
        db.close()
    return cells, findings, accounts


def counted(accounts: list[dict[str, object]]) -> int:
    """Cells of the plan that the accounts say were dealt with."""
    total = 0
    for account in accounts:
        if account["phase"] != "explore":
            total += sum(account["trials"].values()) + sum(account["skipped"].values())  # type: ignore[attr-defined]
            total += int(account["infeasible"])  # type: ignore[call-overload]
    return total


@pytest.mark.slow
def test_a_campaign_killed_at_a_hundred_instants_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(APP)
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE))
    began = time.monotonic()
    whole = start(tmp_path, "--out", "whole")
    while not stored(tmp_path / "whole"):
        time.sleep(0.02)
    opening = time.monotonic() - began
    whole.communicate()
    assert whole.returncode == 0
    all_cells, all_findings, _ = read(tmp_path / "whole")
    assert {json.loads(f)["rule"] for f in all_findings.values()} == set(RULES[:2])

    dice = random.Random(20260101)
    kills = campaigns = 0
    while kills < KILLS:
        campaigns += 1
        out = tmp_path / f"killed{campaigns}"
        cells: set[int] = set()
        findings: dict[str, str] = {}
        finished = False
        while not finished:
            resume = ("--resume", out.name) if (out / "campaign.db").is_file() else ()
            running = start(tmp_path, "--out", out.name, *resume)
            if kills < KILLS:
                await_instant(dice, running, out, opening)
            else:
                running.wait()
            finished = running.poll() is not None
            if finished:
                told = running.communicate()[1].decode()
                # Killed before the campaign was written down, there is nothing to resume.
                assert running.returncode == 0 or "before anything of it was stored" in told, told
                finished = running.returncode == 0
                if not finished:
                    (out / "campaign.db").unlink()
            else:
                # All at once, as when the machine goes down, or the coordinator alone.
                kill = dice.choice((os.killpg, os.killpg, os.kill))
                kill(running.pid, signal.SIGKILL)
                running.communicate()
                kills += 1
            now_cells, now_findings, accounts = read(out)
            assert cells <= now_cells
            assert set(findings) <= set(now_findings)
            assert counted(accounts) == len(now_cells)
            cells, findings = now_cells, now_findings
        assert cells == all_cells
        assert set(findings) == set(all_findings)
