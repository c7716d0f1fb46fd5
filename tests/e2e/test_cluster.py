"""--cluster: the same findings as on one machine, also when workers are killed on the way."""

import json
import os
import signal
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.campaign.config import RunConfig
from harness.campaign.engine import run_campaign
from harness.campaign.store import Store
from harness.cli.loading import load_application, load_catalogue
from harness.errors import UsageError
from harness.model import CampaignReport

RULES = ("os-command-injection", "code-injection", "path-traversal", "runtime-crash")
APP = """
import json, os, time

def run(event, context):
    time.sleep(0.003)
    os.system("true " + event["Records"][0]["body"])

def calculate(event, context):
    time.sleep(0.003)
    return eval(event["formula"], {"__builtins__": {}})

def safe(event, context):
    time.sleep(0.003)
    return {"name": str(event.get("name"))[:100]}
"""


def template() -> dict[str, Any]:
    functions = {}
    for name in ("run", "calculate", "safe"):
        events: dict[str, Any] = {}
        if name == "run":
            events = {"In": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}}}}
        functions[name.title()] = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.11",
                "CodeUri": "src",
                "Handler": f"app.{name}",
                "Events": events,
            },
        }
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Q": {"Type": "AWS::SQS::Queue"}, **functions},
    }


def run(folder: Path, out: str, cluster: str | None, kill: bool = False) -> CampaignReport:
    config = RunConfig(
        source=folder / "template.json",
        out=folder / out,
        rules=RULES,
        workers=2,
        seed=5,
        cluster=cluster,
    )
    catalogue = load_catalogue(None, None)
    application = load_application(config.source, catalogue, {})
    with Store(config.out / "campaign.db") as store:
        store.begin(out, config, application.name, {})
        killer = threading.Thread(target=kill_workers, args=(store.path,))
        if kill:
            killer.start()
        report = run_campaign(config, application, catalogue, store, lambda _: None)
        if kill:
            killer.join()
    return report


def kill_workers(store: Path) -> None:
    """Once some cells are stored kill the busiest worker of the cluster, and later on all of them.

    A worker may be just between two jobs; when all are lost, one was in its job.
    """
    before = await_cells(store, 100)
    workers = cluster_workers()
    os.kill(max(workers, key=processor_seconds).pid, signal.SIGKILL)
    await_cells(store, before + 100)
    for worker in cluster_workers():
        os.kill(worker.pid, signal.SIGKILL)


def await_cells(store: Path, wanted: int) -> int:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with sqlite3.connect(store) as db:
            stored = int(db.execute("SELECT count(*) FROM cell").fetchone()[0])
        if stored > wanted:
            return stored
        time.sleep(0.1)
    raise AssertionError(f"after two minutes not even {wanted} cells are stored")


def cluster_workers() -> list[psutil.Process]:
    """The processes which Dask's nannies spawned: below a worker all are forked, or runtimes."""
    return [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]


def processor_seconds(process: psutil.Process) -> float:
    return float(process.cpu_times().user)


def identities(report: CampaignReport) -> set[tuple[str, str, str]]:
    return {(f.id, f.function, f.confidence) for f in report.findings}


def cells(folder: Path) -> set[tuple[str, int]]:
    with sqlite3.connect(folder / "campaign.db") as db:
        return set(db.execute("SELECT function, cell FROM cell"))


def counted(folder: Path) -> int:
    """Cells that the jobs' accounts say were dealt with."""
    with sqlite3.connect(folder / "campaign.db") as db:
        accounts = [json.loads(row[0]) for row in db.execute("SELECT account FROM job")]
    return sum(
        sum(a["trials"].values()) + sum(a["skipped"].values()) + a["infeasible"]
        for a in accounts
        if a["phase"] != "explore"
    )


@pytest.mark.slow
def test_a_cluster_finds_what_one_machine_finds(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(APP)
    (tmp_path / "template.json").write_text(json.dumps(template()))
    alone = run(tmp_path, "alone", None)
    assert {f.rule for f in alone.findings} >= {"os-command-injection", "code-injection"}
    together = run(tmp_path, "together", "local")
    assert identities(together) == identities(alone)
    assert cells(tmp_path / "together") == cells(tmp_path / "alone")
    maimed = run(tmp_path, "maimed", "local", kill=True)
    assert identities(maimed) == identities(alone)
    assert cells(tmp_path / "maimed") == cells(tmp_path / "alone")
    for out in ("alone", "together", "maimed"):
        assert counted(tmp_path / out) == len(cells(tmp_path / out))
    with sqlite3.connect(tmp_path / "maimed" / "campaign.db") as db:
        keys = [row[0] for row in db.execute("SELECT key FROM job")]
    assert any(key.endswith("|1") for key in keys)


def test_a_scheduler_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(APP)
    (tmp_path / "template.json").write_text(json.dumps(template()))
    with pytest.raises(UsageError, match="no scheduler answers"):
        run(tmp_path, "nowhere", "tcp://127.0.0.1:9")
