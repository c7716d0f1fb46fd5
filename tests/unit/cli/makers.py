"""Campaigns as a run leaves them, for tests of the commands that read them."""

from dataclasses import asdict
from pathlib import Path

from harness.campaign.account import Account, Planned
from harness.campaign.config import RunConfig
from harness.campaign.jobs import Phase
from harness.campaign.store import Store
from harness.model import Finding


def stored(
    folder: Path, *findings: Finding, source: Path | None = None, id: str = "c", started: str = ""
) -> Path:
    """A stored campaign of one function, Search, that was tested."""
    code = str(source / "src") if source else ""
    function = Planned(
        name="Search",
        runtime="python3.11",
        handler="app.handler",
        triggers=("aws.apigateway.rest",),
        declared_in="",
        code=code,
    )
    account = Account(
        phase=Phase.FULL,
        tested=True,
        complete=True,
        invocations=4,
        trials={"sql-injection": 3},
    )
    with Store(folder / "campaign.db") as store:
        store.begin(id, RunConfig(source=source or folder, out=folder), "app", {})
        store.put("functions", [asdict(function)])
        store.put_checkpoint("job", "Search", account, ())
        for finding in findings:
            store.put_finding(finding)
        store.put("started", started or store.get("started"))
        store.put("verdict", "findings" if findings else "clean")
    return folder
