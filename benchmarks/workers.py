"""Two workers against one on CPU-bound handlers, and what stays flat as invocations grow.

python benchmarks/workers.py            ratio of two workers to one, in one run
python benchmarks/workers.py --growth   resident memory and store over 100,000 invocations
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from harness.campaign.config import RunConfig
from harness.campaign.engine import run_campaign
from harness.campaign.moments import Checkpoint, Moment
from harness.campaign.store import Store
from harness.cli.loading import load_application, load_catalogue

BUSY = """
def handler(event, context):
    name = str(event.get("name"))
    total = 0
    for number in range({loops}):
        total += number * number % 7
    return {{"name": name[:50], "total": total}}
"""
RULES = ("os-command-injection", "code-injection", "sql-injection", "path-traversal", "ssti")
MB = 1 << 20


@contextmanager
def application(functions: int, loops: int) -> Iterator[Path]:
    """A folder with an application of as many functions that compute and have no flaw."""
    with tempfile.TemporaryDirectory(prefix="faasfuzz-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "src").mkdir()
        (folder / "src" / "app.py").write_text(BUSY.format(loops=loops))
        resources = {
            f"Busy{number}": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "python3.11",
                    "CodeUri": "src",
                    "Handler": "app.handler",
                    "MemorySize": 512,
                },
            }
            for number in range(functions)
        }
        template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
        (folder / "template.json").write_text(json.dumps(template))
        yield folder


def campaign(folder: Path, out: str, workers: int, listen: "Watch | None" = None) -> float:
    """Invocations per second of a whole campaign, the start of the workers included."""
    config = RunConfig(
        source=folder / "template.json", out=folder / out, rules=RULES, workers=workers, seed=1
    )
    catalogue = load_catalogue(None, None)
    found = load_application(config.source, catalogue, {})
    with Store(config.out / "campaign.db") as store:
        store.begin(out, config, found.name, {})
        started = time.perf_counter()
        report = run_campaign(config, found, catalogue, store, listen or (lambda _: None))
        seconds = time.perf_counter() - started
    print(f"{workers} workers: {report.invocations} invocations in {seconds:.1f} s")
    return report.invocations / seconds


class Watch:
    """Prints memory and the store's size each 10,000 invocations."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._counts: dict[str, int] = {}
        self._next = 10_000

    def __call__(self, moment: Moment) -> None:
        if not isinstance(moment, Checkpoint):
            return
        self._counts[moment.job] = moment.account.invocations
        total = sum(self._counts.values())
        if total < self._next:
            return
        self._next = total + 10_000
        us = psutil.Process()
        workers = [p for p in us.children() if "spawn_main" in " ".join(p.cmdline())]
        resident = ", ".join(f"{p.memory_info().rss / MB:.0f}" for p in workers)
        size = sum(f.stat().st_size for f in self._store.glob("campaign.db*"))
        print(
            f"{total:7} invocations: coordinator {us.memory_info().rss / MB:.0f} MB, "
            f"workers {resident} MB, store {size / MB:.1f} MB",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    if arguments.growth:
        with application(functions=250, loops=10) as folder:
            campaign(folder, "growth", os.cpu_count() or 1, Watch(folder / "growth"))
        return
    with application(functions=8, loops=160_000) as folder:
        one = campaign(folder, "one", 1)
        two = campaign(folder, "two", 2)
    print(f"two workers to one: {two / one:.2f}")


if __name__ == "__main__":
    main()
