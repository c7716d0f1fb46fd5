"""What the coordinator's writing costs, and the reports of a large campaign.

    python benchmarks/store.py

Checkpoints of 200 cells against one transaction for all cells (the least SQLite can do) and against
one transaction a cell, in one run; bytes a cell; and all reports of 1,000 findings in 200 functions
that 100,000 invocations found.
"""

import random
import sqlite3
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.campaign.account import Account, Planned
from harness.campaign.config import RunConfig
from harness.campaign.jobs import Phase
from harness.campaign.store import Store
from harness.catalogue.paths import rules_folder
from harness.catalogue.rules import load_rules
from harness.model import Confidence, Finding, Severity, Sink, Witness
from harness.reports import write_reports

CELLS = 400_000
CHUNK = 200
FUNCTIONS = 100
FINDINGS = 1_000
FORMATS = ("html", "json", "sarif", "junit", "markdown")


def account(trials: int) -> Account:
    """An account as large as one of a function with twenty points and a hundred lines."""
    return Account(
        phase=Phase.FULL,
        invocations=trials,
        trials={f"rule-{n}": trials for n in range(30)},
        left={f"rule-{n}": trials for n in range(30)},
        points=tuple(f"/Records/0/body!json/field{n}" for n in range(20)),
        lines={"app.py": tuple(range(100))},
        tested=True,
        complete=True,
    )


def checkpoints(folder: Path, numbers: list[int]) -> tuple[float, int]:
    """Seconds for all cells in checkpoints, and the size of the store."""
    each = len(numbers) // FUNCTIONS
    started = time.perf_counter()
    with Store(folder / "campaign.db") as store:
        for at in range(0, len(numbers), CHUNK):
            function = f"F{at // each}"
            store.put_checkpoint(function, function, account(at), numbers[at : at + CHUNK])
    seconds = time.perf_counter() - started
    return seconds, (folder / "campaign.db").stat().st_size


def plain(path: Path, numbers: list[int], chunk: int) -> float:
    """Seconds for the cells alone, `chunk` of them a transaction."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE cell (cell INTEGER PRIMARY KEY) WITHOUT ROWID")
    started = time.perf_counter()
    for at in range(0, len(numbers), chunk):
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO cell VALUES (?)", [(n,) for n in numbers[at : at + chunk]]
        )
        database.execute("COMMIT")
    seconds = time.perf_counter() - started
    database.close()
    return seconds


def finding(number: int) -> Finding:
    """A finding with an event of some KB, as an HTTP one has."""
    event: dict[str, Any] = {f"header{n}": "value" * 8 for n in range(40)}
    return Finding(
        id=f"{number:016x}",
        rule=("sql-injection", "os-command-injection", "ssti")[number % 3],
        severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED,
        function=f"F{number % 200}",
        trigger="aws.apigateway.rest",
        insertion_point="/queryStringParameters/q",
        payload_id="sql-injection.any.text",
        payload="'",
        event=event,
        state={},
        witness=Witness(kind="sink", seen="select '", where="sink:sql"),
        sink=Sink(file="app.py", line=number % 90 + 1, call="execute", function="handler"),
        cwe=(89,),
        sas="SAS-1",
        trials_to_detect=number,
        invocations_to_detect=number,
        control_event=event,
        logs="a line of the log\n" * 20,
        response="{}",
    )


def reports(folder: Path) -> tuple[float, int]:
    """Seconds for all reports, and the size of what was written."""
    with Store(folder / "campaign.db") as store:
        store.begin("bench", RunConfig(source=folder, out=folder), "bench", {"functions": []})
        planned = [
            Planned(
                name=f"F{n}",
                runtime="python3.11",
                handler="app.handler",
                triggers=("aws.apigateway.rest",),
                declared_in="template.yaml:1",
                code=str(folder),
            )
            for n in range(200)
        ]
        store.put("functions", [asdict(function) for function in planned])
        for number in range(200):
            store.put_checkpoint(f"F{number}", f"F{number}", account(500), ())
        for number in range(FINDINGS):
            store.put_finding(finding(number))
        rules = load_rules(rules_folder())
        started = time.perf_counter()
        write_reports(store.report("findings"), rules, folder / "out", FORMATS)
        seconds = time.perf_counter() - started
    return seconds, sum(f.stat().st_size for f in (folder / "out").iterdir())


def main() -> None:
    dice = random.Random(1)
    numbers = [dice.getrandbits(63) for _ in range(CELLS)]
    with tempfile.TemporaryDirectory(prefix="faasfuzz-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        least = plain(folder / "least.db", numbers, len(numbers))
        ours, size = checkpoints(folder, numbers)
        single = plain(folder / "single.db", numbers[:20_000], 1) * len(numbers) / 20_000
        print(
            f"checkpoints: {CELLS / CHUNK / ours:.0f} a second, {CELLS / ours:.0f} cells a second"
        )
        print(f"against one transaction for all cells: {ours / least:.1f} times the time")
        print(f"against one transaction a cell: {ours / single:.2f} times the time")
        print(f"bytes a cell: {size / CELLS:.0f}")
        seconds, written = reports(folder / "reports")
        print(f"all reports of {FINDINGS} findings: {seconds:.1f} s, {written / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
