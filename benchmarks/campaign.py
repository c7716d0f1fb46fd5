"""The campaign's loop: trials a second against the emulator, calls a second against a bare pipe.

    .venv/bin/python benchmarks/campaign.py [invocations]

One run measures the Runtime Interface Emulator with the unmodified awslambdaric, a bare pipe loop
to a child (both of invoke.py), and campaigns on three functions: one that is called over HTTP,
one that takes batches from a queue, one that works for two milliseconds. A trial of the emulator
is a call: whoever drives it sends one payload with each. `generating` is the share of a campaign
in which payloads are rendered and put into events, packs are chosen and events are written as
JSON. The last lines compare the events a second of our plan with those of a bare `@given` on the
strategy that exploring draws from.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

sys.path.insert(0, str(Path(__file__).parent))

import invoke

from harness.campaign import attack, probe
from harness.campaign.config import RunConfig
from harness.campaign.jobs import Job
from harness.campaign.jobs import Phase as JobPhase
from harness.campaign.moments import Checkpoint
from harness.campaign.worker import Worker
from harness.campaign.workplace import Workplace, limited
from harness.cli.loading import load_application, load_catalogue
from harness.events.strategies import Attempt, attempts

CODE = """
import json, time

def quick(event, context):
    query = (event.get("queryStringParameters") or {}).get("q", "")
    return {"statusCode": 200, "body": json.dumps({"length": len(query)})}

def batch(event, context):
    for record in event["Records"]:
        json.loads(record["body"]).get("name")
    return {"batchItemFailures": []}

def working(event, context):
    until = time.perf_counter() + 0.002
    while time.perf_counter() < until:
        pass
    return quick(event, context)
"""
HTTP = {"Type": "Api", "Properties": {"Path": "/search", "Method": "post"}}
QUEUE = {"Type": "SQS", "Properties": {"Queue": "arn:aws:sqs:us-east-1:123456789012:work"}}
FUNCTIONS = {"quick": HTTP, "batch": QUEUE, "working": HTTP}
ROUNDS = 3


def template() -> dict[str, Any]:
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            name.title(): {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "python3.11",
                    "CodeUri": "src",
                    "Handler": f"app.{name}",
                    "Events": {"In": trigger},
                },
            }
            for name, trigger in FUNCTIONS.items()
        },
    }


class Timer:
    """Adds up the time spent in functions that it stands in for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = False

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            if self._inside:
                return function(*arguments, **named)
            self._inside = True
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - started
                self._inside = False

        return timed


@contextmanager
def generating() -> Iterator[Timer]:
    timer = Timer()
    places: list[tuple[Any, str]] = [(attack, name) for name in ("arm", "make_trial", "next_packs")]
    places.append((probe, "serialised"))
    places += [(attack.Batches, name) for name in ("widened", "point")]
    before = [(module, name, getattr(module, name)) for module, name in places]
    for module, name, function in before:
        setattr(module, name, timer.around(function))
    try:
        yield timer
    finally:
        for module, name, function in before:
            setattr(module, name, function)


def campaign(worker: Worker, function: str, limit: int, attempt: int) -> dict[str, float]:
    """Figures of the full phase of one function, learning left out."""
    job = Job(function=function, phase=JobPhase.FULL, invocations=limit, attempt=attempt)
    marks: list[tuple[float, float, Checkpoint]] = []
    with generating() as timer:

        def tell(moment: object) -> None:
            if isinstance(moment, Checkpoint):
                marks.append((time.perf_counter(), timer.seconds, moment))

        worker.run(job, tell)
    (start, generated, first), (end, total, last) = marks[0], marks[-1]
    wall = end - start
    return {
        "calls": (last.account.invocations - first.account.invocations) / wall,
        "trials": (sum(last.account.trials.values()) - sum(first.account.trials.values())) / wall,
        "generating": (total - generated) / wall,
    }


def drawn(limit: int) -> float:
    """Events a second of a bare @given on the strategy of exploring."""
    told: list[Attempt] = []

    @settings(
        max_examples=limit,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(attempts(500, ("hello", "order")))
    def draw(attempt: Attempt) -> None:
        told.append(attempt)

    started = time.perf_counter()
    draw()
    return len(told) / (time.perf_counter() - started)


def main(limit: int) -> None:
    with TemporaryDirectory(dir="/var/tmp") as name:
        root = Path(name)
        (root / "src").mkdir()
        (root / "src" / "app.py").write_text(CODE)
        (root / "app.py").write_text(invoke.HANDLER)
        (root / "template.json").write_text(json.dumps(template()))
        catalogue = load_catalogue()
        application = load_application(root / "template.json", catalogue, {})
        config = RunConfig(source=root, out=root / "out", seed=1)
        workplace = Workplace(
            config=config, application=application, catalogue=limited(catalogue, config)
        )
        floors: dict[str, list[float]] = {"pipe": [], "emulator": []}
        figures: dict[str, list[dict[str, float]]] = {f.name: [] for f in application.functions}
        with invoke.local(root, "ric"):
            built = f"*/runtime_client.cpython-{sys.version_info[0]}{sys.version_info[1]}*"
            packages = next((invoke.cache_folder() / "envs").glob(built)).parent
        with (
            Worker(workplace) as worker,
            invoke.pipe(root) as pipe,
            invoke.emulator(root, str(packages)) as emulator,
        ):
            for number in range(ROUNDS):
                floors["pipe"].append(invoke.rate(pipe, limit))
                floors["emulator"].append(invoke.rate(emulator, limit))
                for function in figures:
                    figures[function].append(campaign(worker, function, limit, number))
        pipe_rate, emulator_rate = median(floors["pipe"]), median(floors["emulator"])
        print(f"bare pipe loop {pipe_rate:.0f} calls/s, the emulator {emulator_rate:.0f} calls/s")
        print(
            f"{'function':10} {'calls/s':>8} {'to pipe':>8} {'trials/s':>9} {'to emulator':>12}"
            f" {'generating':>11}"
        )
        for function, told in figures.items():
            calls, trials, share = (
                median(each[key] for each in told) for key in ("calls", "trials", "generating")
            )
            print(
                f"{function:10} {calls:8.0f} {calls / pipe_rate:8.2f} {trials:9.0f}"
                f" {trials / emulator_rate:12.1f} {share:11.0%}"
            )
            if function == "Quick":
                made = trials / share
        plain = drawn(1000)
        print(f"trials generated a second, the time of generating alone: {made:.0f}")
        print(f"events a second of a bare @given: {plain:.0f}; ratio {made / plain:.1f}")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
